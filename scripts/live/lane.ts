import { headlineMetric } from '../../harness/metrics/headline.ts'
import { relativeHalfWidth } from '../../harness/metrics/result.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import type { Tick } from '../../harness/run/progress.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import { emptyRates, nextPhase, type RateWindow, withEvents } from './rate.ts'

/** What is known of a run from its start on. Texts are plain. */
export interface RunFacts {
  readonly scenario: Scenario
  readonly title: string
  /** Names of the serving cards. */
  readonly cards: string
  /** What the cards were set to for this run, such as `300 W`; null where they are as they were found. */
  readonly setting: string | null
  readonly isSimulated: boolean
  readonly directory: string
  /** Trials at least and at most. */
  readonly fewest: number
  readonly most: number
}

/** One run as the live display knows it, and the words of its place: a card, or nothing where there is one. */
export interface Lane {
  readonly name: string
  readonly doing: string | null
  readonly run: RunFacts | null
  readonly tick: Tick | null
  /** Whether the phase of the last tick is over: a trial that is done, before what follows it. */
  readonly isPhaseOver: boolean
  /** When the last tick came, in ms. */
  readonly atMs: number
  readonly trialsDone: number
  /** When the first trial began, in ms; null before. */
  readonly trialsFromMs: number | null
  /** Half-width of the interval of the headline metric as a share of its mean; null where there is none yet. */
  readonly halfWidth: number | null
  readonly rates: RateWindow
}

export const newLane = (name: string, atMs: number): Lane => ({
  name: plainText(name),
  doing: null,
  run: null,
  tick: null,
  isPhaseOver: false,
  atMs,
  trialsDone: 0,
  trialsFromMs: null,
  halfWidth: null,
  rates: emptyRates,
})

/** What the record of a run says at its start. */
export function runFacts(record: RunRecord, directory: string): RunFacts {
  const { scenario, gpus, trialBounds, source } = record
  const { minTrials, maxTrials } = scenario.certainty
  return {
    scenario,
    title: plainText(scenario.title),
    cards: plainText(
      servingGpus(gpus)
        .map((gpu) => gpu.name)
        .join(' + ') || 'no GPU',
    ),
    setting: settingText(record),
    isSimulated: source === 'simulated',
    directory: plainText(directory),
    fewest: trialBounds?.fewest ?? minTrials,
    most: trialBounds?.most ?? maxTrials,
  }
}

/** The lane after a tick: its rate begins anew with each phase. */
export function withTick(lane: Lane, tick: Tick, atMs: number): Lane {
  const isNext = lane.tick?.label !== tick.label
  const rates = withEvents(isNext ? nextPhase(lane.rates) : lane.rates, atMs, tick.events)
  const trialsFromMs = lane.trialsFromMs ?? (isTrial(tick) ? atMs - tick.elapsedMs : null)
  return { ...lane, doing: null, tick, isPhaseOver: false, atMs, rates, trialsFromMs }
}

/** The lane after a trial: the interval over all trials so far. */
export const withTrial = (lane: Lane, record: RunRecord): Lane => ({
  ...lane,
  isPhaseOver: true,
  trialsDone: record.trials.length,
  halfWidth: relativeHalfWidth(record.result[headlineMetric(record.scenario)]),
})

/** Whether a phase is a trial, and not a warm-up or a pause. */
export const isTrial = ({ label }: Pick<Tick, 'label'>): boolean => label.startsWith('trial ')
