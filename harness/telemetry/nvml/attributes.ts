import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AttributesResult } from './attributes-library.ts'
import { NVML_LIBRARY } from './counter.ts'

/** Without persistence mode the driver is initialised first, which takes seconds. */
const TIMEOUT_MS = 15_000

const childPath = fileURLToPath(new URL('./attributes-child.ts', import.meta.url))

export interface AttributesOptions {
  readonly library?: string
  readonly timeoutMs?: number
  /** Starts the child; for tests. */
  readonly start?: () => ChildProcess
}

/** The attributes of cards from NVML, in a child process. Never rejects: a missing koffi, library or driver is a state. */
export function cardAttributes(uuids: readonly string[], options: AttributesOptions = {}): Promise<AttributesResult> {
  const { library = NVML_LIBRARY, timeoutMs = TIMEOUT_MS } = options
  const child =
    options.start?.() ??
    fork(childPath, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
  return new Promise((resolve) => {
    const end = (result: AttributesResult): void => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      resolve(result)
    }
    const timer = setTimeout(
      () => end({ state: 'hung', reason: `NVML did not answer in ${timeoutMs / 1000} s` }),
      timeoutMs,
    )
    child.on('message', (result) => end(result as AttributesResult))
    child.on('error', (error) => end({ state: 'failed', reason: `NVML's process did not start: ${error.message}` }))
    child.on('exit', (code, signal) =>
      end({ state: 'failed', reason: `NVML's process ended (${signal ?? `code ${code}`})` }),
    )
    child.send({ library, uuids }, (error) => {
      if (error) end({ state: 'failed', reason: `NVML's process has ended: ${error.message}` })
    })
  })
}
