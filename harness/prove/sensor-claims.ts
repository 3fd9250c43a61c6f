import { AGREEMENT } from '../energy/counter.ts'
import { percent } from '../gates/threshold.ts'
import { SAMPLE_INTERVAL_MS } from '../record/sample-interval.ts'
import type { ProofFindings, ProofRun, SensorFindings } from '../record/schema/proof.ts'
import { byGates, type ClaimDefinition, type Decided, notProved } from './claim.ts'

/** Folder of the samples beside the proof. */
export const SENSOR_FILE = 'sensor.csv'

/** The documented averaging window of power.draw from Ada on, and how far a measured one may be from it, in ms. */
const USUAL_WINDOW_MS = 1000
const WINDOW_WITHIN_MS = 250
/** A fit that leaves more of the step unexplained describes no sensor. */
const MOST_RESIDUAL = 0.25
/** nvidia-smi documents its readings as within 5 W; the rest is for what a limit is regulated by, in W and as a share. */
const LIMIT_WITHIN_W = 5
const LIMIT_WITHIN_SHARE = 0.02
/** A load below this share of the limit never asked the limit for anything. */
const NEAR_LIMIT = 0.9

const phaseNames = { idle: 'idle', steady: 'steady load', square: 'switched load' } as const
const ms = (value: number): string => `${value.toFixed(0)} ms`

const withSensor =
  (decide: (sensor: SensorFindings, found: ProofFindings) => Decided) =>
  (found: ProofFindings): Decided => {
    if (found.sensor !== null) return decide(found.sensor, found)
    return notProved(found.steps.find(({ id }) => id === 'sensor')?.note ?? 'the sensor was not probed')
  }

/** power.draw is renewed at least as often as joulemark samples it. */
const sensorPeriod: ClaimDefinition = {
  id: 'sensor-period',
  claim: `power.draw is renewed at least every ${SAMPLE_INTERVAL_MS} ms, so that no sample of a run repeats an old value`,
  about: 'card',
  decide: withSensor(({ updateMs, instantUpdateMs, samples, sampleIntervalMs }) => {
    if (updateMs === null) return notProved(`power.draw did not change in ${samples} samples`, [SENSOR_FILE])
    const instant = instantUpdateMs === null ? '' : `; power.draw.instant every ${ms(instantUpdateMs)}`
    const asked = sampleIntervalMs === null ? '' : `, sampled every ${ms(sampleIntervalMs)}`
    return {
      status: updateMs <= SAMPLE_INTERVAL_MS ? 'proved' : 'contradicted',
      evidence: [`power.draw changes every ${ms(updateMs)}${instant}${asked}`],
      shownBy: [SENSOR_FILE],
    }
  }),
}

/** The shift of the samples against the load assumes this window. */
const averagingWindow: ClaimDefinition = {
  id: 'averaging-window',
  claim: `power.draw is a mean over ${USUAL_WINDOW_MS / 1000} s, as joulemark assumes when it places samples in time`,
  about: 'card',
  decide: withSensor(({ window, windowReason }) => {
    if (window === null) return notProved(windowReason ?? 'no step of the load was seen', [SENSOR_FILE])
    const { windowMs, delayMs, residualShare, lowW, highW, readings } = window
    const evidence = `a window of ${ms(windowMs)} and a delay of ${ms(delayMs)} fit ${readings} readings between ${lowW.toFixed(0)} and ${highW.toFixed(0)} W; ${percent(residualShare)} of the step is left unexplained`
    if (residualShare > MOST_RESIDUAL) return notProved(`no window fits: ${evidence}`, [SENSOR_FILE])
    const isUsual = Math.abs(windowMs - USUAL_WINDOW_MS) <= WINDOW_WITHIN_MS
    return { status: isUsual ? 'proved' : 'contradicted', evidence: [evidence], shownBy: [SENSOR_FILE] }
  }),
}

/** Trapezoid and counter, in the phases of the probe and in the windows of the runs. */
const energyAgreement: ClaimDefinition = {
  id: 'energy-agreement',
  claim: `Energy by samples of power agrees with the energy counter of the card within ${percent(AGREEMENT)}: idle, steady and switched`,
  about: 'card',
  decide: (found) => {
    const runs = byGates(found.runs, ['energy-agreement'])
    const phases = found.sensor?.phases ?? []
    const compared = phases.filter(({ differenceShare }) => differenceShare !== null)
    const lines = compared.map(
      ({ id, trapezoidJ, counterJ, differenceShare, seconds }) =>
        `${phaseNames[id]}, ${seconds.toFixed(0)} s: samples ${trapezoidJ?.toFixed(0)} J, counter ${counterJ?.toFixed(0)} J, ${signed(differenceShare ?? 0)}`,
    )
    const apart = compared.filter(({ differenceShare }) => Math.abs(differenceShare ?? 0) > AGREEMENT)
    const [first, ...rest] = lines
    if (first === undefined) {
      const why =
        found.sensor?.counterReason ?? phases.find(({ reason }) => reason)?.reason ?? 'the sensor was not probed'
      if (runs.status === 'contradicted') return { ...runs, evidence: [`in the probe: ${why}`, ...runs.evidence] }
      return notProved(`no energy of the counter to compare with: ${why}`, found.sensor === null ? [] : [SENSOR_FILE])
    }
    const inRuns = runs.status === 'not-proved' ? [] : runs.evidence
    return {
      status: apart.length > 0 || runs.status === 'contradicted' ? 'contradicted' : 'proved',
      evidence: [first, ...rest, ...inRuns],
      shownBy: [SENSOR_FILE, ...(inRuns.length === 0 ? [] : runs.shownBy)],
    }
  },
}

/** The highest mean power against the limit that the driver enforces. */
const powerLimit: ClaimDefinition = {
  id: 'power-limit',
  claim: 'The card keeps to the power limit that nvidia-smi reports',
  about: 'card',
  decide: ({ card, sensor, runs }) => {
    const limitW = card?.powerLimitW ?? null
    if (limitW === null) return notProved('nvidia-smi reports no power limit')
    const highest = [...highestOfProbe(sensor), ...runs.flatMap(highestOfRun)].toSorted((a, b) => b.powerW - a.powerW)
    const [first] = highest
    if (first === undefined) return notProved('no power under load was read')
    const evidence = `highest mean power ${first.powerW.toFixed(1)} W (${first.where}), limit ${limitW.toFixed(0)} W: ${percent(first.powerW / limitW)}`
    const most = limitW * (1 + LIMIT_WITHIN_SHARE) + LIMIT_WITHIN_W
    if (first.powerW > most) return { status: 'contradicted', evidence: [evidence], shownBy: [first.shownBy] }
    if (first.powerW < NEAR_LIMIT * limitW) {
      return notProved(`${evidence}; no load came near the limit, so that nothing shows that it holds`, [first.shownBy])
    }
    return { status: 'proved', evidence: [evidence], shownBy: [first.shownBy] }
  },
}

interface Highest {
  readonly powerW: number
  readonly where: string
  readonly shownBy: string
}

const highestOfProbe = (sensor: SensorFindings | null): Highest[] =>
  (sensor?.phases ?? []).flatMap(({ id, meanPowerW }) =>
    id !== 'steady' || meanPowerW === null ? [] : [{ powerW: meanPowerW, where: phaseNames[id], shownBy: SENSOR_FILE }],
  )

function highestOfRun({ id, step, figures }: ProofRun): Highest[] {
  const powerW = figures['meanPowerW']?.mean ?? null
  return powerW === null ? [] : [{ powerW, where: step, shownBy: id }]
}

const signed = (share: number): string => `${share < 0 ? '-' : '+'}${percent(Math.abs(share))}`

/** What is claimed of the power sensor and of the power of the card. */
export const sensorClaims = [sensorPeriod, averagingWindow, energyAgreement, powerLimit] as const
