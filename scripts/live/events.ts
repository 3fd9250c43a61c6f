import { metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Trial } from '../../harness/record/schema/trial.ts'
import type { Tick } from '../../harness/run/progress.ts'
import type { Lane, RunFacts } from './lane.ts'
import type { ProgressEvent, RunStartedEvent, TrialEvent } from './log-event.ts'
import { ratePerS } from './rate.ts'
import type { Left } from './time-left.ts'
import { atText, phaseLine, stateLine, trialLine } from './words.ts'

/* What runs, as events of a log: pure. The name of a lane is added where they are written. */

export const startedEvent = ({
  scenario,
  title,
  cards,
  setting,
  directory,
  isSimulated,
  fewest,
  most,
}: RunFacts): RunStartedEvent => ({
  event: 'run-started',
  level: 'info',
  message: `${title} ${atText({ setting })}on ${cards}`,
  scenario: scenario.name,
  title,
  cards,
  record: directory,
  simulated: isSimulated,
  trialsFewest: fewest,
  trialsMost: most,
})

const rateKeys = {
  text: 'tokensPerS',
  training: 'tokensPerS',
  image: 'imagesPerS',
  embeddings: 'requestsPerS',
} as const

/** A phase: in the words of its beginning, or with what is known of it so far. */
export function progressEvent(lane: Lane, tick: Tick, left: readonly Left[], isBegin: boolean): ProgressEvent {
  const { run } = lane
  return {
    event: 'progress',
    level: 'info',
    message: isBegin ? phaseLine(lane, tick) : stateLine(lane, left),
    scenario: run?.scenario.name ?? null,
    simulated: run?.isSimulated ?? false,
    phase: tick.label,
    elapsedS: tick.elapsedMs / 1000,
    totalS: tick.totalMs / 1000,
    waitingFor: tick.waitingFor ?? null,
    trialsDone: lane.trialsDone,
    trialsFewest: run?.fewest ?? null,
    trialsMost: run?.most ?? null,
    inFlight: tick.inFlight,
    [rateKeys[run?.scenario.kind ?? 'text']]: tick.waitingFor === undefined ? ratePerS(lane.rates, lane.atMs) : null,
    powerW: tick.powerW,
    temperatureC: tick.temperatureC,
    memoryMiB: tick.memoryMiB,
    kvUsageShare: tick.kvUsageShare,
    halfWidthShare: lane.halfWidth,
    targetShare: run?.scenario.certainty.target ?? null,
    left: left.map(({ of, ms, kind }) => ({ of, leftS: Math.round(ms / 1000), kind })),
  }
}

export function trialEvent(lane: Lane, trial: Trial, record: RunRecord): TrialEvent {
  const { scenario } = record
  const metric = headlineMetric(scenario)
  const value = metrics[metric].of(trial)
  return {
    event: 'trial',
    level: 'info',
    message: trialLine(lane, trial, record),
    scenario: scenario.name,
    simulated: record.source === 'simulated',
    trial: trial.index + 1,
    metric,
    value: isKnown(value) ? value : null,
    unit: metrics[metric].unit,
    meanPowerW: isKnown(trial.meanPowerW) ? trial.meanPowerW : null,
    halfWidthShare: lane.halfWidth,
    targetShare: scenario.certainty.target,
  }
}
