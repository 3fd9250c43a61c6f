import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { exitOf, owned, ownerText, removeLeftover, removeOfOwner, removeOwn } from '../../endpoint/serve/container.ts'
import type { ServePlan } from '../../endpoint/serve/plan.ts'
import { messageOf } from '../../errors.ts'
import type { CardProbe } from '../../record/schema/card-probe.ts'
import { guardOrphan } from '../../telemetry/host/orphan-guard.ts'
import { readProbe } from './read-probe.ts'

const SCRIPT = fileURLToPath(new URL('../../../scripts/card-probe.py', import.meta.url))
/** The answer is one line; what comes before it is the log of an image that is pulled. */
const MAX_OUTPUT_CHARACTERS = 200_000

export interface ProbeOptions {
  /** Environment of the engine; its PATH selects the binary. */
  readonly env: NodeJS.ProcessEnv
  /** Includes the time to pull the image, which the server needs as well. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Measures memory, arithmetic and links of the GPUs of a plan with the torch of its serving image, before the server is
 * started (scripts/card-probe.py, some ten seconds). Never throws: a probe that fails is a reason, and the server is
 * measured all the same. The container is removed in any case, also when this process is killed.
 */
export async function runProbe(plan: ServePlan, { env, timeoutMs, signal }: ProbeOptions): Promise<CardProbe> {
  const script = await readFile(SCRIPT, 'utf8')
  const { containerName, engine } = plan
  const at = { engine, env }
  try {
    await removeLeftover(containerName, at)
  } catch (error) {
    return { reason: messageOf(error) }
  }
  const owner = ownerText()
  const child = spawn(engine, owned(plan.pythonArgv, owner), { stdio: 'pipe', detached: true, env })
  const guard = guardOrphan(removeOfOwner, [String(child.pid ?? ''), owner, engine], env)
  const exited = exitOf(child, engine)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT_CHARACTERS)
    })
  }
  // a client that ended before it read the program closes the pipe, and its exit says why
  child.stdin.on('error', () => undefined)
  child.stdin.end(script)
  const ended = Promise.withResolvers<string>()
  const timer = setTimeout(() => ended.resolve('the probe did not end in time'), timeoutMs)
  const onAbort = () => ended.resolve('interrupted')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  void exited.then(() => ended.resolve(''))
  const cut = await ended.promise
  clearTimeout(timer)
  signal.removeEventListener('abort', onAbort)
  if (cut !== '') {
    child.kill('SIGKILL')
    await removeOwn(containerName, owner, at)
    // the daemon may still be creating it: the guard stays, and removes it with the end of this process
  } else guard.release()
  const probe = readProbe(output)
  return cut !== '' && 'reason' in probe ? { reason: cut } : probe
}
