import { spawn } from 'node:child_process'
import { JoulemarkError } from '../errors.ts'
import { plainText } from '../plain-text.ts'

/** How a program of an engine ended. `returnCode` is null if a signal ended it. */
export interface ProgramResult {
  readonly returnCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramCall {
  /** Whose program it is, for the line that says that it is not there. */
  readonly product: 'the Slurm client' | 'Ansible' | 'the Kubernetes client'
  /** Text for its stdin; nothing unless given. */
  readonly input?: string
  readonly env: NodeJS.ProcessEnv
  /** Ends the call. */
  readonly signal: AbortSignal
  /** Longest time of the call: an engine that does not answer ends it. */
  readonly timeoutMs?: number
  readonly folder?: string
}

/** A controller that is restarted is waited for by the programs themselves for a minute. */
const TIMEOUT_MS = 90_000
/** The list of all jobs of a large cluster is some tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024

/** Calls a program of an engine; replaced in tests. */
export type CallProgram = (program: string, args: readonly string[], call: ProgramCall) => Promise<ProgramResult>

/**
 * Calls a program without a shell and in a process group of its own: a Ctrl-C for joulemark is not one for it. Throws
 * `environment` where it is not installed, does not answer in time, prints too much, or `signal` aborts.
 */
export const callProgram: CallProgram = (program, args, call) =>
  new Promise((resolve, reject) => {
    const { product, input = '', env, signal, timeoutMs = TIMEOUT_MS, folder } = call
    const failed = (why: string, cause?: Error) =>
      reject(new JoulemarkError('environment', `${program}: ${why}`, { cause }))
    if (signal.aborted) return failed('interrupted')
    const child = spawn(program, [...args], {
      ...{ env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
      ...(folder === undefined ? {} : { cwd: folder }),
    })
    const texts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    let bytes = 0
    const end = (why: string) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended meanwhile
      }
      failed(why)
    }
    const timer = setTimeout(() => end(`no answer in ${timeoutMs / 1000} s`), timeoutMs)
    const onAbort = () => end('interrupted')
    signal.addEventListener('abort', onAbort, { once: true })
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) end(`printed over ${MAX_BYTES / 1024 / 1024} MB`)
        else texts[name].push(chunk)
      })
    }
    const settled = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      settled()
      failed(error.code === 'ENOENT' ? `not found; is ${product} installed on this machine?` : error.message, error)
    })
    child.on('close', (returnCode) => {
      settled()
      const text = (name: keyof typeof texts) => Buffer.concat(texts[name]).toString('utf8')
      resolve({ returnCode, stdout: text('stdout'), stderr: text('stderr') })
    })
    // a program that reads no input has closed it
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })

/** Whether `callProgram` threw because the program is not on this machine. */
export const isNotInstalled = (error: unknown): error is JoulemarkError =>
  error instanceof JoulemarkError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'

/** The last line that a program printed about its failure, harmless for a terminal. */
export function lastWords({ stdout, stderr, returnCode }: ProgramResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim())
  return plainText(lines.findLast((line) => line !== '') ?? `exit code ${returnCode ?? 'unknown'}`).slice(0, 500)
}
