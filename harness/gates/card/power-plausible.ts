import { cardBySmiName } from '../../catalogue/cards.ts'
import { cardOfRun } from '../../catalogue/own/own-cards.ts'
import type { CardLoad } from '../../energy/card-loads.ts'
import { INSTANT_AGREEMENT } from '../../energy/counter.ts'
import { CEILING_SHARE } from '../../physics/power-ceiling.ts'
import { servingGpus } from '../../physics/serving-gpus.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import { defineGate, everyKind, type GateInput, type GateResult, gateResult, notMeasured } from '../gate.ts'
import {
  failsAbove,
  failsBelow,
  isBeyond,
  limitText,
  percent,
  relativeDifference,
  type Threshold,
} from '../threshold.ts'
import { cardLoadsOf, notWatched } from './watched.ts'

type Result = GateResult<'pass' | 'warn' | 'fail' | 'not-measured'>

const droppedShare = failsAbove({
  what: 'impossible power samples of a window (fewer warn)',
  value: 0.05,
  unit: 'share',
})
const limitShare = failsAbove({ what: 'mean power in a window', value: 1.05, unit: 'share of the enforced limit' })
const restShare = failsBelow({ what: 'mean power in a window', value: 1.1, unit: 'share of the idle power of the run' })
const idleShare = failsBelow({
  what: 'mean power in a window of a GPU that is busy',
  value: 1.1,
  unit: 'share of the idle power of the catalogue',
})
const busy: Threshold = {
  what: 'mean utilisation of a GPU that is busy',
  value: 0.5,
  unit: 'share',
  side: 'below',
  beyond: 'ignored',
}
const apart = failsAbove({
  what: 'difference between the means of power.draw and power.draw.instant in a window',
  value: INSTANT_AGREEMENT,
  unit: 'share',
})

/** A faulty sensor gives a false energy, however many samples there are. */
export const powerPlausible = defineGate({
  question: 'Is the power possible for this card under this load?',
  kinds: everyKind,
  required: true,
  thresholds: { droppedShare, limitShare, restShare, idleShare, busy, apart },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula: `A sample of 0 W or less, or of more than ${limitText({ value: CEILING_SHARE, unit: 'share' })} of the highest power limit of the card in driver and catalogue, is invalid: it is dropped from the energy and reported. The mean of the others in each steady window is compared with the enforced limit, with the lowest power of the idle GPU outside of all trials, and with the idle power of the catalogue; power.draw with power.draw.instant, if the driver reports both. Without an enforced limit or idle samples the gate is not measured.`,
  evidence: 'The samples that were dropped; mean power, limit and idle power; the difference of the two sensors.',
  usualCauses:
    'A virtual GPU, whose power is not reported; a driver whose sensor is stuck or reports an average over a second; a card that was never idle during the run; a limit that was changed meanwhile.',
  whatToDo:
    'Compare with `nvidia-smi --query-gpu=power.draw,power.draw.instant --format=csv` idle and under load. Restart or update the driver. On a virtual GPU power is not reported: measure on the host. If the card was never idle, stop the other programs that use it.',
  evaluate(record) {
    if (!record.telemetry) return notWatched(record)
    const loads = cardLoadsOf(record.telemetry)
    if (loads === null) return notMeasured('the record has no power of each card')
    if (loads.length === 0) return notMeasured('no trial has a steady window')
    return judged(loads.map((load) => judge(load, cardOf(record, load.uuid))))
  },
})

/** Known values of a card: its limits and its idle power. */
interface KnownCard {
  readonly enforcedW: number | null
  readonly ceilingW: number | null
  readonly idleW: number | null
}

function cardOf({ card, gpus, telemetry }: GateInput, uuid: string): KnownCard {
  const gpu: Gpu | undefined = servingGpus(gpus).find((each) => each.uuid === uuid)
  const snapshots = telemetry ? [telemetry.before, telemetry.after] : []
  const limits = snapshots.flatMap(({ health }) => health.find((each) => each.uuid === uuid)?.enforcedLimitW ?? [])
  // the higher one counts where it was changed meanwhile: power-limit fails for that
  const known = [...limits, ...(gpu?.powerLimitW == null ? [] : [gpu.powerLimitW])]
  return {
    enforcedW: known.length === 0 ? null : Math.max(...known),
    ceilingW: gpu?.powerCeilingW ?? null,
    idleW: (cardOfRun(card) ?? cardBySmiName(gpu?.name ?? ''))?.idleW?.value ?? null,
  }
}

/** Faults in the power of one card in one window, missing values, and the numbers. */
interface Judgement {
  readonly wrong: readonly string[]
  readonly unknown: readonly string[]
  readonly dropped: string | null
  readonly numbers: string
}

function judge(load: CardLoad, card: KnownCard): Judgement {
  const { uuid, meanPowerW, dropped, readings } = load
  const droppedNote = dropped === 0 ? null : `${uuid}: ${droppedText(load, card)}`
  if (readings > 0 && isBeyond(droppedShare, dropped / readings)) {
    return { wrong: [droppedNote ?? uuid], unknown: [], dropped: droppedNote, numbers: '' }
  }
  if (meanPowerW === null)
    return { wrong: [], unknown: [`${uuid}: no power in the window`], dropped: droppedNote, numbers: '' }
  const found = [
    ...compareWithLimits(load, meanPowerW, card),
    ...compareWithRest(load, meanPowerW),
    compareSensors(load, meanPowerW),
  ]
  const of = (kind: keyof Finding) =>
    found.flatMap((finding) => (finding[kind] === undefined ? [] : [`${uuid}: ${finding[kind]}`]))
  const rest = load.restPowerW === null ? '' : `, idle ${watts(load.restPowerW)}`
  return {
    wrong: of('wrong'),
    unknown: of('unknown'),
    dropped: droppedNote,
    numbers: `mean ${watts(meanPowerW)} of ${card.enforcedW ?? '?'} W enforced${rest}, ${sensorsText(load, meanPowerW)}`,
  }
}

interface Finding {
  readonly wrong?: string
  readonly unknown?: string
}

function compareWithLimits({ utilizationPct }: CardLoad, meanW: number, { enforcedW, idleW }: KnownCard): Finding[] {
  const isBusy = utilizationPct !== null && !isBeyond(busy, utilizationPct / 100)
  const atIdle = isBusy && idleW !== null && isBeyond(idleShare, meanW / idleW)
  const idle = atIdle
    ? [{ wrong: `${watts(meanW)} at ${percent(utilizationPct / 100)} utilisation is the idle level (${idleW} W)` }]
    : []
  if (enforcedW === null) return [...idle, { unknown: 'the driver does not report the enforced power limit' }]
  if (!isBeyond(limitShare, meanW / enforcedW)) return idle
  return [
    ...idle,
    {
      wrong: `a mean of ${watts(meanW)} is above the enforced limit of ${enforcedW} W (allowed ${limitText(limitShare)})`,
    },
  ]
}

function compareWithRest({ restPowerW, restUtilizationPct }: CardLoad, meanW: number): Finding[] {
  if (restPowerW === null) {
    if (restUtilizationPct === null) return [{ unknown: 'no idle sample' }]
    return [{ unknown: `it was never idle: utilisation ${restUtilizationPct} % at least` }]
  }
  if (!isBeyond(restShare, meanW / restPowerW)) return []
  return [{ wrong: `power did not change from idle (${watts(restPowerW)}) to load (${watts(meanW)})` }]
}

function compareSensors({ meanInstantW }: CardLoad, meanW: number): Finding {
  if (meanInstantW === null || !isBeyond(apart, relativeDifference(meanW, meanInstantW))) return {}
  return {
    wrong: `power.draw ${watts(meanW)} and power.draw.instant ${watts(meanInstantW)} are ${percent(relativeDifference(meanW, meanInstantW))} apart`,
  }
}

const watts = (powerW: number): string => `${powerW.toFixed(1)} W`

const sensorsText = ({ meanInstantW }: CardLoad, meanW: number): string =>
  meanInstantW === null
    ? 'power.draw.instant is not reported'
    : `power.draw.instant ${percent(relativeDifference(meanW, meanInstantW))} apart`

function droppedText({ dropped, readings, droppedW, utilizationPct }: CardLoad, { ceilingW }: KnownCard): string {
  const count = `${dropped} of ${readings} samples dropped`
  if (droppedW !== null && droppedW > 0)
    return `${count}: ${droppedW} W, above ${ceilingW} W, the most that the card can draw`
  return `${count}: the sensor reports ${droppedW} W at ${utilizationPct === null ? 'unknown' : percent(utilizationPct / 100)} utilisation`
}

function judged(judgements: readonly Judgement[]): Result {
  const [first] = judgements.flatMap(({ wrong }) => wrong)
  if (first !== undefined) return gateResult('fail', unique(judgements.flatMap(({ wrong }) => wrong)).join('; '))
  const unknown = unique(judgements.flatMap((judgement) => judgement.unknown))
  const dropped = judgements.flatMap((judgement) => judgement.dropped ?? [])
  if (unknown.length > 0) return notMeasured([...unknown, ...dropped].join('; '))
  const numbers = judgements[0]?.numbers ?? ''
  return dropped.length > 0 ? gateResult('warn', `${dropped.join('; ')}; ${numbers}`) : gateResult('pass', numbers)
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)]
