import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, exitCodes, JoulemarkError } from '../errors.ts'
import { type SimulatorOptions, toArguments } from './options.ts'

/** What to simulate: card and model, and whatever is to differ from the defaults. */
export type LaunchOptions = Pick<SimulatorOptions, 'card' | 'model'> & Partial<Omit<SimulatorOptions, 'exitWithStdin'>>

/** A simulator that runs in a process of its own. */
export interface RunningSimulator {
  readonly url: string
  /** Path of the executable stand-in. */
  readonly nvidiaSmi: string
  readonly pid: number
  /** Settles when the process is gone, for whatever reason. */
  readonly ended: Promise<void>
  /** Ends the process and waits until it is gone. May be called again. */
  stop(): Promise<void>
}

const START_LIMIT_MS = 20_000
const STOP_LIMIT_MS = 5000

/** Starts a simulator and waits until it serves. It ends with this process, even if this process crashes. */
export async function launchSimulator(options: LaunchOptions): Promise<RunningSimulator> {
  const program = fileURLToPath(new URL('process.ts', import.meta.url))
  const { NODE_OPTIONS: _ours, ...environment } = process.env
  const child = spawn(process.execPath, [program, ...toArguments({ ...options, exitWithStdin: true })], {
    env: { ...environment, NODE_NO_WARNINGS: '1' },
    stdio: 'pipe',
    // In a process group of its own, so that Ctrl-C in a terminal reaches us alone and the run may drain.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const line = await firstLine(child)
  const { url, nvidiaSmi, pid } = JSON.parse(line) as { url: string; nvidiaSmi: string; pid: number }
  return {
    url,
    nvidiaSmi,
    pid,
    ended,
    stop: async () => {
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
      child.kill('SIGTERM')
      await ended
      clearTimeout(killer)
    },
  }
}

function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    let complaint = ''
    const fail = (reason: string, code: ErrorCode = 'environment'): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      const message = complaint.trim().split('\n').at(-1) || `simulator: ${reason}`
      // a log says more than its last line: the whole of it is the cause
      const cause = complaint.trim().includes('\n') ? { cause: new Error(complaint) } : {}
      reject(new JoulemarkError(code, message, cause))
    }
    const timer = setTimeout(() => fail(`not ready within ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS)
    child.once('error', (error) => fail(error.message))
    child.once('close', (exitCode) => {
      fail(
        `ended with code ${exitCode} before it was ready`,
        exitCode === exitCodes.badInput ? 'bad-input' : 'environment',
      )
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const end = output.indexOf('\n')
      if (end < 0) return
      clearTimeout(timer)
      resolve(output.slice(0, end))
    })
  })
}
