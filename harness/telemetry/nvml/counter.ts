import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CounterReply, CounterRequest, CounterResult, NoCounter } from './states.ts'

/** Never the unversioned name, which belongs to the development package. */
export const NVML_LIBRARY = 'libnvidia-ml.so.1'
/** A reading takes microseconds; opening initialises the driver, which takes seconds without persistence mode. */
const OPEN_TIMEOUT_MS = 15_000
const READ_TIMEOUT_MS = 2000

export interface EnergyCounter {
  /** One reading of every card's counter. Never rejects; after a permanent failure it returns the same result again. */
  read(): Promise<CounterResult>
  close(): void
}

export interface CounterOptions {
  readonly uuids: readonly string[]
  readonly library?: string
  readonly readTimeoutMs?: number
  /** Starts the child; for tests. */
  readonly start?: () => ChildProcess
}

const childPath = fileURLToPath(new URL('./counter-child.ts', import.meta.url))

/**
 * Opens NVML's energy counter in a child process and takes its first reading, which shows whether there is a counter.
 * Never rejects: a missing koffi, library, driver or support is a state.
 */
export async function openEnergyCounter(
  options: CounterOptions,
): Promise<{ counter: EnergyCounter; first: CounterResult }> {
  const { uuids, library = NVML_LIBRARY, readTimeoutMs = READ_TIMEOUT_MS } = options
  const child =
    options.start?.() ??
    fork(childPath, {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Ctrl-C and a lost terminal must not end it before the run; it ends when its channel closes
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
  const waiting = new Map<number, (result: CounterResult) => void>()
  let last: Readonly<Record<string, number>> = {}
  let over: CounterResult | null = null
  let requests = 0

  const end = (result: CounterResult): void => {
    over ??= result
    for (const resolve of waiting.values()) resolve(over)
    waiting.clear()
    child.kill('SIGKILL')
  }
  child.on('message', ({ id, result }: CounterReply) => {
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  child.on('error', (error) => end({ state: 'failed', reason: `NVML's process did not start: ${error.message}` }))
  child.on('exit', (code, signal) =>
    end({ state: 'failed', reason: `NVML's process ended (${signal ?? `code ${code}`})` }),
  )
  // The counter must not keep a finished program alive.
  child.unref()
  child.channel?.unref()

  const ask = (request: (id: number) => CounterRequest, timeoutMs: number): Promise<CounterResult> => {
    if (over) return Promise.resolve(over)
    return new Promise((resolve) => {
      requests += 1
      const id = requests
      const timer = setTimeout(() => {
        end({ state: 'hung', reason: `NVML did not answer in ${timeoutMs / 1000} s` })
      }, timeoutMs)
      waiting.set(id, (result) => {
        clearTimeout(timer)
        resolve(result)
      })
      child.send(request(id), (error) => {
        if (error) end({ state: 'failed', reason: `NVML's process has ended: ${error.message}` })
      })
    })
  }
  const withResetCheck = (result: CounterResult): CounterResult => {
    if (result.state !== 'ok') return result
    const { energyMj, without } = result
    const fell = Object.keys(energyMj).filter((uuid) => (energyMj[uuid] as number) < (last[uuid] ?? 0))
    last = { ...last, ...energyMj }
    if (fell.length === 0) return result
    const resets = Object.fromEntries(fell.map((uuid) => [uuid, resetOf(uuid)]))
    const left = Object.fromEntries(Object.entries(energyMj).filter(([uuid]) => !fell.includes(uuid)))
    if (Object.keys(left).length === 0) return resetOf(fell[0] as string)
    return { state: 'ok', energyMj: left, without: { ...without, ...resets } }
  }

  const first = withResetCheck(await ask((id) => ({ id, ask: 'open', library, uuids }), OPEN_TIMEOUT_MS))
  if (first.state !== 'ok') end(first)
  return {
    first,
    counter: {
      read: async () => withResetCheck(await ask((id) => ({ id, ask: 'read' }), readTimeoutMs)),
      close: () => end({ state: 'failed', reason: 'the counter was closed' }),
    },
  }
}

const resetOf = (uuid: string): NoCounter => ({
  state: 'counter-reset',
  reason: `the energy counter of ${uuid} decreased: the driver was reloaded`,
})
