import { z } from 'zod'
import { isReasonActive } from '../../catalogue/nvml-event-reasons.ts'
import type { GpuRow } from '../../record/rows.ts'
import { type SlowdownReason, slowdownReasons } from '../../record/schema/soak.ts'

const count = z.number().nonnegative()
const range = z.strictObject({ min: z.number(), max: z.number() }).nullable()
/** A counter of the driver: what it gained during the soak, and where it stood last; null before it was read. */
const gained = z.strictObject({ sum: count, last: z.number() }).nullable()

/** What was seen of one card so far. Kept on disk, so that a soak that is resumed goes on with it. */
export const cardTallySchema = z.strictObject({
  uuid: z.string(),
  watchedS: count.describe('time covered by samples'),
  loadedS: count.describe('the same while it was busy'),
  soakedS: count.describe('the same within completed rounds, of each at most its length'),
  energyJ: count,
  poweredS: count.describe('time covered by samples of power'),
  loadEnergyJ: count,
  loadPoweredS: count,
  powerMaxW: z.number().nullable(),
  temperatureC: range,
  smClockMHz: range,
  memoryClockMHz: range,
  reasonsS: count.describe('time under load with a mask of reasons'),
  slowS: z.partialRecord(z.enum(slowdownReasons), count),
  hotRowS: count.describe('thermal slowdown under load without a break, until now'),
  corrected: gained,
  uncorrected: gained,
  replays: gained,
  width: range,
  widthMax: z.number().nullable(),
  generation: range,
  generationMax: z.number().nullable(),
  xids: z.array(z.int()),
  faults: z.array(z.string()).describe('what means a card that does not work, each once'),
})
export type CardTally = z.infer<typeof cardTallySchema>
export type Gained = z.infer<typeof gained>
type Range = z.infer<typeof range>

export const emptyTally = (uuid: string): CardTally => ({
  uuid,
  ...{
    watchedS: 0,
    loadedS: 0,
    soakedS: 0,
    energyJ: 0,
    poweredS: 0,
    loadEnergyJ: 0,
    loadPoweredS: 0,
    reasonsS: 0,
    hotRowS: 0,
  },
  ...{ powerMaxW: null, temperatureC: null, smClockMHz: null, memoryClockMHz: null },
  slowS: {},
  ...{ corrected: null, uncorrected: null, replays: null },
  ...{ width: null, widthMax: null, generation: null, generationMax: null },
  xids: [],
  faults: [],
})

/** A card that is busier than this is under load, in percent. Between rounds it is idle for seconds. */
const LOADED_PCT = 50
/** A row stands for the time since the one before it, and for no more than this: a longer gap was not watched. */
const LONGEST_ROW_S = 5

/** The tally with one more sample, `sinceS` after the one before it; 0 for the first sample of a session. */
export function withRow(tally: CardTally, row: GpuRow, sinceS: number): CardTally {
  const seconds = sinceS > 0 && sinceS <= LONGEST_ROW_S ? sinceS : 0
  const isLoaded = (row.utilizationGpuPct ?? 0) > LOADED_PCT
  const watts = row.powerW ?? row.powerInstantW
  const joules = (watts ?? 0) * seconds
  const poweredS = watts === null ? 0 : seconds
  const watched = {
    ...tally,
    watchedS: tally.watchedS + seconds,
    energyJ: tally.energyJ + joules,
    poweredS: tally.poweredS + poweredS,
  }
  if (!isLoaded) return { ...watched, hotRowS: 0 }
  const reasons = row.eventReasons === null ? null : slowdownsIn(row.eventReasons)
  const slowS = { ...tally.slowS }
  for (const reason of reasons ?? []) slowS[reason] = (slowS[reason] ?? 0) + seconds
  const isHot = reasons?.some((reason) => reason === 'hwThermalSlowdown' || reason === 'swThermalSlowdown') ?? false
  return {
    ...watched,
    loadedS: tally.loadedS + seconds,
    loadEnergyJ: tally.loadEnergyJ + joules,
    loadPoweredS: tally.loadPoweredS + poweredS,
    powerMaxW: watts === null ? tally.powerMaxW : Math.max(tally.powerMaxW ?? 0, watts),
    temperatureC: widened(tally.temperatureC, row.temperatureC),
    smClockMHz: widened(tally.smClockMHz, row.smClockMHz),
    memoryClockMHz: widened(tally.memoryClockMHz, row.memClockMHz),
    reasonsS: tally.reasonsS + (reasons === null ? 0 : seconds),
    slowS,
    hotRowS: isHot ? tally.hotRowS + seconds : 0,
  }
}

/** What one look at a card besides its samples found. Null where it is not reported. */
export interface CardReading {
  readonly uuid: string
  readonly isLoaded: boolean
  readonly corrected: number | null
  readonly uncorrected: number | null
  readonly replays: number | null
  readonly width: number | null
  readonly widthMax: number | null
  readonly generation: number | null
  readonly generationMax: number | null
  /** What means a card that does not work. */
  readonly faults: readonly string[]
}

/** The tally with one more reading; `isFirst` where the counters before it are not those of this session. */
export function withReading(tally: CardTally, reading: CardReading, isFirst: boolean): CardTally {
  const { isLoaded } = reading
  return {
    ...tally,
    corrected: counted(tally.corrected, reading.corrected, isFirst),
    uncorrected: counted(tally.uncorrected, reading.uncorrected, isFirst),
    replays: counted(tally.replays, reading.replays, isFirst),
    // an idle link drops to a lower generation, and on some cards to fewer lanes
    width: isLoaded ? widened(tally.width, reading.width) : tally.width,
    generation: isLoaded ? widened(tally.generation, reading.generation) : tally.generation,
    widthMax: reading.widthMax ?? tally.widthMax,
    generationMax: reading.generationMax ?? tally.generationMax,
    faults: [...new Set([...tally.faults, ...reading.faults])],
  }
}

/** The tally after a completed round: `loadedBeforeS` is what it had been busy for when the round began. */
export const withRound = (tally: CardTally, loadedBeforeS: number, roundSeconds: number): CardTally => ({
  ...tally,
  // the probes of a run load a card too: they do not make up for a round in which it was idle
  soakedS: tally.soakedS + Math.min(tally.loadedS - loadedBeforeS, roundSeconds),
})

export const withXid = (tally: CardTally, code: number): CardTally => ({ ...tally, xids: [...tally.xids, code] })

/**
 * A counter of the driver with a new reading. It counts since the driver was loaded: a session begins where it stands, and
 * one that is lower than before began anew meanwhile.
 */
function counted(before: Gained, value: number | null, isFirst: boolean): Gained {
  if (value === null) return before
  if (before === null || isFirst) return { sum: before?.sum ?? 0, last: value }
  return { sum: before.sum + (value >= before.last ? value - before.last : value), last: value }
}

function slowdownsIn(mask: string): SlowdownReason[] {
  try {
    return slowdownReasons.filter((reason) => isReasonActive(mask, reason))
  } catch {
    return []
  }
}

const widened = (range: Range, value: number | null): Range =>
  value === null ? range : { min: Math.min(range?.min ?? value, value), max: Math.max(range?.max ?? value, value) }
