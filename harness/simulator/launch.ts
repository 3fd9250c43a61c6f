import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, exitCodes, JoulemarkError } from '../errors.ts'
import { type SimulatorOptions, toArguments } from './options.ts'
import { ownDescription } from './own-model.ts'

/** What to simulate: card, model, and options that differ from the defaults. */
export type LaunchOptions = Pick<SimulatorOptions, 'card' | 'model'> & Partial<Omit<SimulatorOptions, 'exitWithStdin'>>

/** A simulator that runs in a separate process. */
export interface RunningSimulator {
  readonly url: string
  /** Path of the simulated nvidia-smi executable. */
  readonly nvidiaSmi: string
  /** Path of the simulated ipmitool executable. */
  readonly ipmitool: string
  readonly pid: number
  /** Resolves when the process has ended, for any reason. */
  readonly ended: Promise<void>
  /** Stops the process and waits until it has ended. May be called again. */
  stop(): Promise<void>
}

const START_LIMIT_MS = 20_000
const STOP_LIMIT_MS = 5000

/** Starts a simulator and waits until it serves. It ends with this process, even if this process crashes. */
export async function launchSimulator(options: LaunchOptions): Promise<RunningSimulator> {
  const { line, ended, stop } = await launchProgram(
    new URL('process.ts', import.meta.url),
    toArguments({ modelDescription: ownDescription(options.model), ...options, exitWithStdin: true }),
  )
  const { url, nvidiaSmi, ipmitool, pid } = JSON.parse(line) as Pick<
    RunningSimulator,
    'url' | 'nvidiaSmi' | 'ipmitool' | 'pid'
  >
  return { url, nvidiaSmi, ipmitool, pid, ended, stop }
}

/** A program of the simulator that has printed its first line. */
export interface LaunchedProgram extends Pick<RunningSimulator, 'ended' | 'stop'> {
  readonly line: string
}

/** Starts a program of the simulator and waits for its first line. It must end when its stdin closes. */
export async function launchProgram(module: URL, args: readonly string[]): Promise<LaunchedProgram> {
  const { NODE_OPTIONS: _ours, ...environment } = process.env
  const child = spawn(process.execPath, [fileURLToPath(module), ...args], {
    env: { ...environment, NODE_NO_WARNINGS: '1' },
    stdio: 'pipe',
    // a separate process group, so that Ctrl-C in a terminal reaches only this process and the run can drain
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const line = await firstLine(child)
  return {
    line,
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
    let errorOutput = ''
    const fail = (reason: string, code: ErrorCode = 'environment'): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      const message = errorOutput.trim().split('\n').at(-1) || `simulator: ${reason}`
      // the message is the last line of a log; the whole log is the cause
      const cause = errorOutput.trim().includes('\n') ? { cause: new Error(errorOutput) } : {}
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
      errorOutput += text
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
