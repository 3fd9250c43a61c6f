import { median } from 'simple-statistics'
import { DRIFT_SHARE } from '../../metrics/drift.ts'
import { type Measured, measured, missing } from '../../record/measured.ts'
import type { SoakCard, SoakVerdict } from '../../record/schema/soak.ts'
import { slowdownReasons } from '../../record/schema/soak.ts'
import { theilSen } from '../../stats/theil-sen.ts'
import type { CardTally, Gained } from './tally.ts'

/** One completed round of load on a card. */
export interface SoakRound {
  /** Hours of load before its middle. */
  readonly atHours: number
  readonly outputTokensPerS: number
  readonly tokens: number
}

/** What is known of one card at the end of a soak. */
export interface SoakEvidence {
  readonly card: { readonly index: number; readonly uuid: string; readonly name: string }
  readonly tally: CardTally
  readonly rounds: readonly SoakRound[]
  /** Why the kernel log could not be read; null where it was. */
  readonly xidsReason: string | null
  readonly askedHours: number
  /** Why its rounds ended early, other than a fault of the card; null where they did not. */
  readonly unfinished: string | null
  readonly isSimulated: boolean
}

/** Share of the load that a thermal slowdown or the power brake may take: a transient of seconds is none. */
const SLOWDOWN_SHARE = 0.01
/**
 * Replays per minute that a PCIe link may have: the limit of NVIDIA's DCGM health check (DCGM_LIMIT_MAX_PCIREPLAY_RATE in
 * dcgm_gpu_hardware_limits.h, github.com/NVIDIA/DCGM).
 */
const REPLAYS_PER_MINUTE = 8
/** A card that was busy for less than this share of the asked time was not soaked. */
const LEAST_LOADED_SHARE = 0.9
/** Thermal slowdown without a break for so long, in s: the card protects itself, and its cooling does not work. */
const HOT_STOP_S = 300
/** The first round heats the cards: it is not part of the drift. */
const WARM_UP_ROUNDS = 1
/**
 * Xid errors that an application can cause as well (13 graphics exception, 31 memory page fault, 43 channel stopped, 45
 * channels removed; docs.nvidia.com/deploy/xid-errors): they count against the card, and do not end a soak.
 */
const APPLICATION_XIDS = [13, 31, 43, 45]

/** The fault of a card that more load would make worse, in one line; null where there is none. */
export function harmOf({ faults, uncorrected, xids, hotRowS }: CardTally): string | null {
  const [fault] = faults
  if (fault !== undefined) return fault
  if ((uncorrected?.sum ?? 0) > 0) return `${uncorrected?.sum} uncorrected memory errors`
  const xid = xids.find((code) => !APPLICATION_XIDS.includes(code))
  if (xid !== undefined) return `Xid ${xid}`
  return hotRowS >= HOT_STOP_S ? `thermal slowdown for ${HOT_STOP_S / 60} minutes without a break` : null
}

/** The line of one card in the certificate. */
export function judgeSoakedCard(evidence: SoakEvidence): SoakCard {
  const { card, tally, rounds, isSimulated } = evidence
  const drift = driftOf(rounds)
  const figures = figuresOf(evidence, drift)
  const faults = faultsOf(figures, tally, rounds)
  const gaps = whyNotMeasured(evidence)
  const verdict: SoakVerdict = faults.length > 0 ? 'rejected' : gaps.length > 0 ? 'not-measured' : 'accepted'
  return {
    ...card,
    ...figures,
    verdict: isSimulated ? 'not-measured' : verdict,
    wouldBe: isSimulated ? verdict : null,
    reasons: faults.length > 0 ? faults : gaps,
    remarks: remarksOf(figures),
  }
}

/** The verdict on the server: rejected when one card is, accepted when all are. */
export function serverVerdict(cards: readonly SoakCard[]): Pick<SoakCard, 'verdict' | 'wouldBe'> {
  const over = (verdicts: readonly (SoakVerdict | null)[]): SoakVerdict =>
    verdicts.includes('rejected')
      ? 'rejected'
      : verdicts.every((each) => each === 'accepted')
        ? 'accepted'
        : 'not-measured'
  const isSimulated = cards.some(({ wouldBe }) => wouldBe !== null)
  return {
    verdict: isSimulated ? 'not-measured' : over(cards.map(({ verdict }) => verdict)),
    wouldBe: isSimulated ? over(cards.map(({ verdict, wouldBe }) => wouldBe ?? verdict)) : null,
  }
}

type Figures = Omit<SoakCard, 'index' | 'uuid' | 'name' | 'verdict' | 'wouldBe' | 'reasons' | 'remarks'>

function figuresOf({ tally, rounds, xidsReason }: SoakEvidence, drift: SoakCard['driftSharePerHour']): Figures {
  const { reasonsS, slowS, loadPoweredS, loadEnergyJ, powerMaxW } = tally
  const share = (seconds: number | undefined): number => (seconds ?? 0) / reasonsS
  const rates = rounds.map(({ outputTokensPerS }) => outputTokensPerS)
  return {
    loadedHours: tally.loadedS / 3600,
    rounds: rounds.length,
    tokens: rounds.reduce((sum, { tokens }) => sum + tokens, 0),
    energyJ: tally.poweredS > 0 ? tally.energyJ : missing('nvidia-smi reported no power'),
    outputTokensPerS: rates.length === 0 ? missing('no round was completed') : median(rates),
    temperatureC: tally.temperatureC,
    smClockMHz: tally.smClockMHz,
    memoryClockMHz: tally.memoryClockMHz,
    powerW: loadPoweredS > 0 ? { mean: loadEnergyJ / loadPoweredS, max: powerMaxW ?? 0 } : null,
    slowdownShares:
      reasonsS > 0 ? Object.fromEntries(slowdownReasons.map((reason) => [reason, share(slowS[reason])])) : null,
    correctedErrors: gainOf(tally.corrected, 'ECC is off or not supported: errors are not counted'),
    uncorrectedErrors: gainOf(tally.uncorrected, 'ECC is off or not supported: errors are not counted'),
    pcieReplays: gainOf(tally.replays, 'nvidia-smi -q reports no replay counter'),
    link: {
      width: tally.width,
      widthMax: tally.widthMax,
      generation: tally.generation,
      generationMax: tally.generationMax,
    },
    xids: xidsReason === null || tally.xids.length > 0 ? [...tally.xids] : { value: null, reason: xidsReason },
    driftSharePerHour: drift,
  }
}

const gainOf = (gained: Gained, reason: string): Measured => measured(gained?.sum ?? null, reason)

/** Change of the rate per hour, as a share of its median. */
function driftOf(rounds: readonly SoakRound[]): SoakCard['driftSharePerHour'] {
  const steady = rounds.slice(WARM_UP_ROUNDS)
  const found = theilSen(steady.map(({ atHours, outputTokensPerS }) => ({ x: atHours, y: outputTokensPerS })))
  if (found === null) {
    return {
      value: null,
      reason: `a drift with its interval requires ${5 + WARM_UP_ROUNDS} rounds; completed ${rounds.length}`,
    }
  }
  const centre = median(steady.map(({ outputTokensPerS }) => outputTokensPerS))
  if (centre === 0) return { value: null, reason: 'no tokens' }
  return { slope: found.slope / centre, low: found.low / centre, high: found.high / centre }
}

/** What rejects the card, the most telling first. */
function faultsOf(figures: Figures, tally: CardTally, rounds: readonly SoakRound[]): string[] {
  const { correctedErrors: corrected, uncorrectedErrors: uncorrected } = figures
  return [
    ...tally.faults,
    ...(tally.xids.length > 0 ? [`Xid ${[...new Set(tally.xids)].join(', ')} in the kernel log`] : []),
    ...(typeof uncorrected === 'number' && uncorrected > 0 ? [`${uncorrected} uncorrected memory errors`] : []),
    ...(typeof corrected === 'number' && corrected > 0 ? [`${corrected} corrected memory errors under load`] : []),
    ...slowdownFaults(figures),
    ...linkFaults(figures),
    ...driftFaults(figures, rounds),
  ]
}

function slowdownFaults({ slowdownShares, temperatureC }: Figures): string[] {
  const {
    swThermalSlowdown = 0,
    hwThermalSlowdown = 0,
    hwPowerBrakeSlowdown = 0,
    hwSlowdown = 0,
  } = slowdownShares ?? {}
  const heat = Math.max(swThermalSlowdown, hwThermalSlowdown)
  const at = temperatureC === null ? '' : ` at up to ${temperatureC.max} °C`
  const beyond = (share: number): boolean => share > SLOWDOWN_SHARE
  return [
    ...(beyond(heat) ? [`thermal slowdown for ${percent(heat)} of the load${at}: cooling, or the air around it`] : []),
    ...(beyond(hwPowerBrakeSlowdown)
      ? [`power brake for ${percent(hwPowerBrakeSlowdown)} of the load: the power supply of the server, or its cables`]
      : []),
    ...(beyond(hwSlowdown - Math.max(heat, hwPowerBrakeSlowdown))
      ? [`hardware slowdown for ${percent(hwSlowdown)} of the load, without a reason from the driver`]
      : []),
  ]
}

function linkFaults({ pcieReplays, link, loadedHours }: Figures): string[] {
  const { width, generation } = link
  const perMinute = typeof pcieReplays === 'number' && loadedHours > 0 ? pcieReplays / (loadedHours * 60) : 0
  return [
    ...(perMinute > REPLAYS_PER_MINUTE
      ? [`${perMinute.toFixed(0)} PCIe replays a minute, at most ${REPLAYS_PER_MINUTE}: slot, riser or cable`]
      : []),
    ...(width !== null && width.min < width.max
      ? [`the PCIe link went from x${width.max} to x${width.min} under load`]
      : []),
    ...(generation !== null && generation.min < generation.max
      ? [`the PCIe link went from generation ${generation.max} to ${generation.min} under load`]
      : []),
  ]
}

/** A loss that is certain, and that adds up to a drift over the soak. */
function driftFaults({ driftSharePerHour: drift }: Figures, rounds: readonly SoakRound[]): string[] {
  if (!('slope' in drift) || drift.high >= 0) return []
  const hours = (rounds.at(-1)?.atHours ?? 0) - (rounds[WARM_UP_ROUNDS]?.atHours ?? 0)
  if (Math.abs(drift.slope) * hours < DRIFT_SHARE) return []
  return [
    `tokens/s fall by ${percent(-drift.slope)} per hour (95 % interval ${percent(-drift.high)} to ${percent(-drift.low)})`,
  ]
}

function remarksOf({ link, correctedErrors, pcieReplays, xids }: Figures): string[] {
  const { width, widthMax, generation, generationMax } = link
  return [
    ...(width !== null && widthMax !== null && width.max < widthMax
      ? [`PCIe link x${width.max} of x${widthMax}: slot, riser or bifurcation`]
      : []),
    ...(generation !== null && generationMax !== null && generation.max < generationMax
      ? [`PCIe link of generation ${generation.max} of ${generationMax} under load`]
      : []),
    ...(typeof correctedErrors === 'number' ? [] : ['memory errors were not counted: ECC is off or not supported']),
    ...(typeof pcieReplays === 'number' ? [] : ['PCIe replays were not reported']),
    ...(Array.isArray(xids) ? [] : [`Xid errors were not looked for: ${xids.reason}`]),
  ]
}

function whyNotMeasured({ tally, askedHours, unfinished, rounds }: SoakEvidence): string[] {
  if (unfinished !== null) return [unfinished]
  if (rounds.length === 0) return ['no round was completed']
  const soaked = tally.soakedS / 3600
  if (soaked >= LEAST_LOADED_SHARE * askedHours) return []
  return [`under load for ${soaked.toFixed(2)} of ${askedHours.toFixed(2)} hours, by nvidia-smi`]
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
