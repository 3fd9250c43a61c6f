import { AGREEMENT } from '../energy/counter.ts'
import { isWindow } from '../energy/sensor/averaging-window.ts'
import { percent } from '../gates/threshold.ts'
import { SAMPLE_INTERVAL_MS } from '../record/sample-interval.ts'
import { type ProofFindings, type ProofRun, proofPhases, type SensorFindings } from '../record/schema/proof.ts'
import { byGates, type ClaimDefinition, type Decided, notProved } from './claim.ts'

/** Folder of the samples beside the proof. */
export const SENSOR_FILE = 'sensor.csv'

/** The documented averaging window of power.draw from Ada on, and how far a measured one may be from it, in ms. */
const USUAL_WINDOW_MS = 1000
const WINDOW_WITHIN_MS = 250
/** Samples must be this many times as frequent as the changes of a reading, or it is their own interval that is seen. */
const SAMPLES_PER_UPDATE = 2
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

/** power.draw is typically renewed at least as often as joulemark samples it. */
const sensorPeriod: ClaimDefinition = {
  id: 'sensor-period',
  claim: `power.draw is typically renewed every ${SAMPLE_INTERVAL_MS} ms or sooner, so that samples of a run seldom repeat an old value`,
  about: 'card',
  decide: withSensor(({ updateMs, instantUpdateMs, samples, sampleIntervalMs }) => {
    if (updateMs === null) return notProved(`power.draw did not change in ${samples} samples`, [SENSOR_FILE])
    const instant = instantUpdateMs === null ? '' : `; power.draw.instant every ${ms(instantUpdateMs)}`
    const asked = sampleIntervalMs === null ? '' : `, sampled every ${ms(sampleIntervalMs)}`
    const evidence = `power.draw typically changes every ${ms(updateMs)}${instant}${asked}`
    if (updateMs <= SAMPLE_INTERVAL_MS) return { status: 'proved', evidence: [evidence], shownBy: [SENSOR_FILE] }
    // what is seen to change with every sample may change more often
    if (sampleIntervalMs === null || SAMPLES_PER_UPDATE * sampleIntervalMs > updateMs) {
      return notProved(`${evidence}: nvidia-smi answers too slowly to show how often it is renewed`, [SENSOR_FILE])
    }
    return { status: 'contradicted', evidence: [evidence], shownBy: [SENSOR_FILE] }
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
    if (!isWindow(window)) return notProved(`it is no mean over a window: ${evidence}`, [SENSOR_FILE])
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
    const missing = missingPhases(found)
    const inRuns = runs.isMeasured ? runs.evidence : []
    const apart = compared.filter(({ differenceShare }) => Math.abs(differenceShare ?? 0) > AGREEMENT)
    const agreeing = compared.filter((phase) => !apart.includes(phase))
    const isContradicted = apart.length > 0 || runs.status === 'contradicted'
    // what decides stands first
    const [first = 'nothing was compared', ...rest] = isContradicted
      ? [...apart.map(phaseLine), ...inRuns, ...agreeing.map(phaseLine), ...missing]
      : [...missing, ...compared.map(phaseLine), ...inRuns]
    return {
      status: isContradicted ? 'contradicted' : missing.length > 0 ? 'not-proved' : 'proved',
      evidence: [first, ...rest],
      shownBy: [...(found.sensor === null ? [] : [SENSOR_FILE]), ...(inRuns.length === 0 ? [] : runs.shownBy)],
    }
  },
}

const phaseLine = ({ id, trapezoidJ, counterJ, differenceShare, seconds }: SensorFindings['phases'][number]): string =>
  `${phaseNames[id]}, ${seconds.toFixed(0)} s: samples ${trapezoidJ?.toFixed(0)} J, counter ${counterJ?.toFixed(0)} J, ${signed(differenceShare ?? 0)}`

/** The loads under which the energies were not compared, and why: one line where the reason is the same for all. */
function missingPhases({ sensor, steps }: ProofFindings): string[] {
  const seen = sensor?.phases ?? []
  const open = proofPhases.filter((id) => (seen.find((each) => each.id === id)?.differenceShare ?? null) === null)
  const noSensor = steps.find(({ id }) => id === 'sensor')?.note ?? 'the sensor was not probed'
  const whole = sensor === null ? noSensor : sensor.counterReason
  if (whole !== undefined && open.length > 0) return [`no energy of the counter to compare with: ${whole}`]
  return open.map((id) => {
    const reason = seen.find((each) => each.id === id)?.reason ?? 'this load was not played to its end'
    return `${phaseNames[id]}: the energies were not compared: ${reason}`
  })
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
