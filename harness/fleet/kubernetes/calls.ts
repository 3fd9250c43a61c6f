import { JoulemarkError } from '../../errors.ts'
import type { KubernetesBlock } from '../../scenario/fleet/engine-schemas.ts'
import { type CallProgram, callProgram, lastWords, type ProgramCall, type ProgramResult } from '../program.ts'

/** Calls `kubectl` in the context and namespace of the fleet. */
export type CallKubectl = (
  args: readonly string[],
  more: Pick<ProgramCall, 'signal' | 'input' | 'timeoutMs'>,
) => Promise<ProgramResult>

/** How the objects of a fleet are reached. */
export interface Cluster {
  readonly call: CallKubectl
  readonly block: KubernetesBlock
  readonly signal: AbortSignal
}

/** Calls in the environment of this process (KUBECONFIG), and in plain English. */
export function kubectlCalls(
  { context, namespace }: Pick<KubernetesBlock, 'context' | 'namespace'>,
  env: NodeJS.ProcessEnv,
  call: CallProgram = callProgram,
): CallKubectl {
  const where = [...(context === undefined ? [] : [`--context=${context}`]), `--namespace=${namespace}`]
  return (args, more) =>
    call('kubectl', [...where, ...args], { ...more, product: 'the Kubernetes client', env: { ...env, LC_ALL: 'C' } })
}

/** The same, and the text of its stdout. Throws `environment` with the last words of one that failed. */
export async function required(
  call: CallKubectl,
  args: readonly string[],
  more: Parameters<CallKubectl>[1],
): Promise<string> {
  const result = await call(args, more)
  if (result.returnCode === 0) return result.stdout
  throw new JoulemarkError('environment', `kubectl: ${lastWords(result)}`)
}

/** Reasons of the API server by which it has read a request and will never take it as it is. */
const refusals = [
  'AlreadyExists',
  'BadRequest',
  'Conflict',
  'Forbidden',
  'Invalid',
  'MethodNotAllowed',
  'NotFound',
  'RequestEntityTooLarge',
]

/**
 * Why the API server refuses a request: its reason, such as `AlreadyExists`, and its words. An admission webhook that denies gives no
 * reason. Null where it did not answer, or may take the request later. Pure.
 */
export function refusalOf(result: ProgramResult): { readonly reason: string; readonly words: string } | null {
  const words = lastWords(result)
  const [, reason, text] = /^Error from server(?: \((\w+)\))?: (.*)$/s.exec(words) ?? []
  if (reason !== undefined && refusals.includes(reason)) return { reason, words: text ?? words }
  if (text !== undefined && / denied the request/.test(text)) return { reason: 'Denied', words: text }
  // kubectl itself checks fields of what it sends
  const invalid = /^error: (error validating .*|error parsing .*)$/s.exec(words)
  return invalid === null ? null : { reason: 'Invalid', words: invalid[1]! }
}
