import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import { startSampler } from '../sampler/sampler.ts'
import { type StartLoop, smiLoopStarter } from '../sampler/smi-loop.ts'
import type { LoopLimits } from '../sampler/watched-loop.ts'
import type { SmiExec } from '../smi/exec.ts'

/** The beginning of the loop, or why it printed no row. */
export type FirstRows =
  | {
      /** Time until the first row in ms. */
      readonly ms: number
      /** Rows of the card that has the fewest, up to `REQUIRED_ROWS`. */
      readonly rows: number
      /** What else the loop printed: cells that mean a faulty card, unknown lines, a child that ended. */
      readonly events: readonly string[]
    }
  | { readonly reason: string }

/** A loop may print one good row and then only errors. */
export const REQUIRED_ROWS = 3
const INTERVAL_MS = 20
/** Lines for each card after which no more rows are waited for: the loop prints other things. */
const MANY_LINES = 20

export interface FirstRowSources {
  readonly nvidiaSmi: string
  readonly clock: Clock
  readonly exec: SmiExec
  readonly limits: LoopLimits
  /** The cards that must print rows. */
  readonly uuids: readonly string[]
  /** Cards to name in the query; null for all. */
  readonly only: readonly string[] | null
  readonly startLoop?: StartLoop
}

/** Starts the loop and waits until each card has printed three rows, or as long as a loop may be silent. Never throws. */
export async function readFirstRows(sources: FirstRowSources): Promise<FirstRows> {
  const { nvidiaSmi, clock, exec, limits, uuids, only } = sources
  if (uuids.length === 0) return { reason: 'no card can be read' }
  const start = sources.startLoop ?? smiLoopStarter(nvidiaSmi, () => clock.nowMs())
  const startedMs = clock.nowMs()
  const counts = new Map<string, number>(uuids.map((uuid) => [uuid, 0]))
  const fewest = () => Math.min(REQUIRED_ROWS, ...counts.values())
  let lines = 0
  const enough = new AbortController()
  try {
    const sampler = await startSampler({
      nvidiaSmi,
      intervalMs: INTERVAL_MS,
      clock,
      originMs: startedMs,
      exec,
      limits,
      onRow: () => {},
      // lines are counted, because the sampler holds the rows of its first second back
      startLoop: (args, onLine) =>
        start(args, (line, arrivalMs) => {
          onLine(line, arrivalMs)
          for (const uuid of uuids) if (line.includes(uuid)) counts.set(uuid, (counts.get(uuid) ?? 0) + 1)
          lines += 1
          if (fewest() >= REQUIRED_ROWS || lines >= MANY_LINES * uuids.length) enough.abort()
        }),
      ...(only === null ? {} : { uuids: only }),
    })
    const ms = clock.nowMs() - startedMs
    await sleepUnlessAborted(clock, limits.silenceMs, enough.signal)
    const { events } = await sampler.stop()
    return { ms, rows: fewest(), events: events.map(({ message }) => message) }
  } catch (error) {
    return { reason: messageOf(error) }
  }
}
