import { JoulemarkError } from '../../harness/errors.ts'
import type { TunePoint } from '../../harness/operating/point.ts'
import type { CardTime } from '../../harness/plan/card-time.ts'
import { atConcurrency, expandSweep, isClosed, type PlainScenarioFile } from '../../harness/scenario/expand.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import type { SearchRange } from '../../harness/tune/search-range.ts'
import type { FoundCard } from '../../harness/tune/settings/types.ts'
import { timeOfFile } from '../live/suite.ts'
import type { AskedTuning } from './tune-flags.ts'

/** A scenario at one load, and the number of requests in flight by which points know it; null where it has none. */
export interface TunedLoad {
  readonly file: PlainScenarioFile
  readonly concurrency: number | null
}

/** How far a search goes, in W. */
const RESOLUTION_W = 25

/** The loads of a tuning: those of --concurrency, or that of the scenario. Throws `bad-input` for a load that has no such number. */
export function tunedLoads(file: ScenarioFile, concurrencies: readonly number[] | null): TunedLoad[] {
  const refused = (what: string) => new JoulemarkError('bad-input', `scenario ${file.name}: ${what}`)
  if (concurrencies === null) {
    if (file.kind === 'text' && file.load.shape === 'sweep' && !isClosed(file.load)) {
      throw refused(
        'its load is a sweep of rates, and tune measures one load, or numbers of streams (--concurrency 1,8,32)',
      )
    }
    return expandSweep(file).map((each) => ({ file: each, concurrency: inFlight(each) }))
  }
  if (file.kind !== 'text' || !isClosed(file.load)) {
    throw refused('--concurrency needs a text scenario with load: { shape: closed }')
  }
  return concurrencies.map((concurrency) => ({ concurrency, file: atConcurrency(file, concurrency) }))
}

const inFlight = ({ load }: PlainScenarioFile): number | null =>
  'concurrency' in load ? (load.concurrency ?? null) : null

/** The points of a tuning, or the range that it searches. Throws `bad-input` where the card takes no limits. */
export function askedPoints(
  { limits, clocksMHz }: AskedTuning,
  loads: readonly TunedLoad[],
  found: readonly FoundCard[],
): readonly TunePoint[] | SearchRange {
  const concurrencies = loads.map(({ concurrency }) => concurrency)
  if (limits === 'auto') return { ...searchOf(found), concurrencies }
  const clocks = clocksMHz.length === 0 ? [null] : clocksMHz
  return concurrencies.flatMap((concurrency) =>
    (limits ?? [null]).flatMap((powerLimitW) =>
      clocks.map((smClockMHz) => ({ setting: { powerLimitW, smClockMHz }, concurrency })),
    ),
  )
}

/**
 * From the lowest limit that every card takes to the lowest of their defaults and of the limits at which they were found: one may have
 * been lowered for the power supply or the rack, so that a higher limit must be named.
 */
function searchOf(found: readonly FoundCard[]): Omit<SearchRange, 'concurrencies'> {
  const ranges = found.flatMap(({ minLimitW, maxLimitW, defaultLimitW, powerLimitW }) =>
    minLimitW === null || maxLimitW === null
      ? []
      : [{ minW: minLimitW, maxW: Math.min(defaultLimitW ?? maxLimitW, powerLimitW ?? maxLimitW) }],
  )
  if (ranges.length < found.length || found.length === 0) {
    throw new JoulemarkError(
      'environment',
      'the cards report no range of power limits, as on many laptops and superchips: there is none to search',
    )
  }
  const minW = Math.ceil(Math.max(...ranges.map((range) => range.minW)))
  const maxW = Math.floor(Math.min(...ranges.map((range) => range.maxW)))
  if (maxW <= minW) {
    throw new JoulemarkError(
      'bad-input',
      `--power-limits auto searches from the lowest limit that every card takes (${minW} W) up to that at which they were found, or their default (${maxW} W), and there is nothing between: name limits, such as --power-limits ${minW}..${minW + 4 * RESOLUTION_W}:${RESOLUTION_W}`,
    )
  }
  return { minW, maxW, resolutionW: RESOLUTION_W }
}

/** Time of every run of a tuning, block by block; where the client is calibrated, with that before the first run of each load. */
export function tuningTimes(
  points: readonly TunePoint[],
  loads: readonly TunedLoad[],
  { blocks, trials, calibrates = false }: TimedTuning,
): CardTime[] {
  const files = points.flatMap(({ concurrency }) => loads.find((load) => load.concurrency === concurrency)?.file ?? [])
  const calibrated = new Set<string>()
  return Array.from({ length: blocks }, () => files)
    .flat()
    .map((file) => {
      const isFirst = !calibrated.has(file.name)
      calibrated.add(file.name)
      return timeOfFile(file, { trials, calibrates: calibrates && isFirst })
    })
}

interface TimedTuning {
  readonly blocks: number
  /** Exactly this many trials per run; null: those of the scenario. */
  readonly trials: number | null
  readonly calibrates?: boolean
}
