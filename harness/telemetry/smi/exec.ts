import { execFile } from 'node:child_process'
import { JoulemarkError } from '../../errors.ts'
import { failureInText, failureOf, type SmiFailure, smiFailure, warningOf } from './failures.ts'
import { besidesRows } from './rows.ts'

/** The result of one call, for callers that can continue without a GPU. */
export type SmiResult =
  | {
      readonly kind: 'ok'
      readonly stdout: string
      readonly stderr: string
      /** What it reported besides valid rows: a card that is lost or not permitted, a corrupt infoROM, a return code. */
      readonly warning?: string
    }
  | ({
      readonly kind: 'failed' /** There is no such executable: a machine without the driver. */
      readonly absent: boolean
    } & SmiFailure)

/** Runs nvidia-smi once with these arguments; replaced in tests. */
export type SmiExec = (args: readonly string[]) => Promise<SmiResult>

/** A hung driver blocks nvidia-smi forever; eight cards without persistence mode take up to 12 s. */
const TIMEOUT_MS = 20_000
/** The full XML of one card is about 120 KB. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** The environment of every nvidia-smi call: its stamps are local time without a zone, so the zone is fixed to UTC. */
export function smiEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, TZ: 'UTC', LC_ALL: 'C' }
}

/**
 * Runs nvidia-smi once, without a shell. Never throws: an absent binary, a timeout, and a return code other than 0 or a
 * known failure text where there is no row are all `failed`, with one line on the cause and how to fix it. Rows are valid
 * whatever the return code: the rest of such an answer is its warning.
 */
export function runNvidiaSmi(nvidiaSmi: string, args: readonly string[], timeoutMs = TIMEOUT_MS): Promise<SmiResult> {
  return new Promise((resolve) => {
    const options = {
      env: smiEnvironment(),
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
    } as const
    execFile(nvidiaSmi, [...args], options, (error, stdout, stderr) => {
      resolve(classify({ args, timeoutMs }, error, stdout, stderr))
    })
  })
}

/** Runs nvidia-smi once and returns its stdout; throws `environment` with the same line when the call failed. */
export async function requireSmi(nvidiaSmi: string, args: readonly string[], timeoutMs?: number): Promise<string> {
  const result = await runNvidiaSmi(nvidiaSmi, args, timeoutMs)
  if (result.kind === 'ok') return result.stdout
  throw new JoulemarkError('environment', `${nvidiaSmi}: ${result.reason}`)
}

interface ExecError extends Error {
  code?: number | string | null
  killed?: boolean
  signal?: NodeJS.Signals | null
}

function classify(
  { args, timeoutMs }: { readonly args: readonly string[]; readonly timeoutMs: number },
  error: ExecError | null,
  stdout: string,
  stderr: string,
): SmiResult {
  const start = startFailure(error?.code)
  if (start) return failed(start)
  if (error?.killed) {
    const waited = `no answer to ${args.join(' ')} in ${timeoutMs / 1000} s`
    return failed(smiFailure('timeout', waited, 'the driver may hang: check dmesg for Xid lines, then reboot'))
  }
  const returnCode = error === null ? 0 : typeof error.code === 'number' ? error.code : null
  return resultOf(args, { returnCode, signal: error?.signal ?? null, stdout, stderr })
}

/** How one call ended. */
export interface SmiAnswer {
  /** Null for a child that a signal ended. */
  readonly returnCode: number | null
  readonly signal?: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The result of a call from what it printed and how it ended. Pure. */
export function resultOf(args: readonly string[], { returnCode, signal, stdout, stderr }: SmiAnswer): SmiResult {
  const besides = besidesRows(args, stdout)
  if (besides !== null) {
    const text = returnCode === 0 ? besides : besides || stderr
    return { kind: 'ok', stdout, stderr, ...warningIn(returnCode, text) }
  }
  if (returnCode !== 0) return failed(signal ? diedBy(signal) : failureOf(returnCode, stdout, stderr))
  // only short output is searched: a failure is a line or two, and a help text may contain any text
  const failure = stdout.length < 4096 ? failureInText(firstLines(stdout)) : null
  return failure ? failed(failure) : { kind: 'ok', stdout, stderr }
}

function warningIn(returnCode: number | null, text: string): { warning?: string } {
  const warning = warningOf(returnCode, text)
  return warning === null ? {} : { warning }
}

/** The failure of a child that could not be started at all, from its errno; null for every other code. */
export function startFailure(code: string | number | null | undefined): SmiFailure | null {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const fix = 'install the NVIDIA driver, or give its path with --nvidia-smi or JOULEMARK_NVIDIA_SMI'
    return smiFailure('absent', 'no such program', fix)
  }
  if (code === 'EACCES' || code === 'ENOEXEC') {
    return smiFailure('not-executable', 'it cannot be executed', 'chmod +x it, or give another path')
  }
  return null
}

/** A child that a signal ended: a library of another driver makes it crash. */
export const diedBy = (signal: NodeJS.Signals): SmiFailure =>
  smiFailure(
    'other',
    `it was killed by ${signal}`,
    signal === 'SIGSEGV' || signal === 'SIGBUS' ? 'its library may belong to another driver: reinstall the driver' : '',
  )

const failed = (failure: SmiFailure): SmiResult => ({ kind: 'failed', absent: failure.fault === 'absent', ...failure })

const firstLines = (text: string): string => text.split('\n').slice(0, 5).join('\n')
