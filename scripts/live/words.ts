import { leadingMetric, type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { isKnown, type Measured } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Trial } from '../../harness/record/schema/trial.ts'
import type { Tick } from '../../harness/run/progress.ts'
import { isTrial, type Lane, type RunFacts } from './lane.ts'
import { ratePerS } from './rate.ts'
import { type Left, leftText } from './time-left.ts'

/* The words of what runs, for the live block and for the lines of a log. */

const percent = (share: number): string => (share * 100).toFixed(1)
const count = (value: number): string => Math.round(value).toLocaleString('en')

/** `trial 2 of 3 to 10`, or the name of another phase. */
export function phaseText(tick: Tick, run: Pick<RunFacts, 'fewest' | 'most'> | null): string {
  if (run === null || !isTrial(tick)) return tick.label
  return `${tick.label} of ${run.fewest === run.most ? run.most : `${run.fewest} to ${run.most}`}`
}

/** `at 300 W `, before the names of the cards; empty where nothing was set. */
export const atText = ({ setting }: Pick<RunFacts, 'setting'>): string => (setting === null ? '' : `at ${setting} `)

/** `44/60 s`; past its end a phase waits for what is still in flight. */
export const secondsText = ({ elapsedMs, totalMs }: Tick): string =>
  `${Math.floor(elapsedMs / 1000)}/${Math.round(totalMs / 1000)} s`

/** What is in flight, or what a pause waits for. */
export const loadText = ({ waitingFor, inFlight, elapsedMs, totalMs }: Tick): string =>
  waitingFor ?? `${inFlight} in flight${elapsedMs > totalMs ? ', waiting for the last answers' : ''}`

const rateUnits = { text: 'tokens/s', training: 'tokens/s', image: 'images/s', embeddings: 'requests/s' } as const

/** What counts content events, of which one may hold several tokens: under speculative decoding, or where a server batches its stream. */
const about = { text: '~', training: '', image: '', embeddings: '' } as const

/** The rate as requests end, smoothed; a dash before two of them have ended, null under no load. */
export function rateText({ run, tick, rates, atMs }: Lane): string | null {
  if (run === null || tick === null || tick.waitingFor !== undefined) return null
  const { kind } = run.scenario
  const perS = ratePerS(rates, atMs)
  if (perS === null) return `– ${rateUnits[kind]}`
  return `${about[kind]}${perS < 10 ? perS.toFixed(1) : count(perS)} ${rateUnits[kind]}`
}

/** W, °C, KV cache and memory, as far as they are known. */
export const cardTexts = ({ powerW, temperatureC, kvUsageShare, memoryMiB }: Tick): string[] => [
  ...(powerW === null ? [] : [`${powerW.toFixed(0)} W`]),
  ...(temperatureC === null ? [] : [`${temperatureC.toFixed(0)} °C`]),
  ...(kvUsageShare === null ? [] : [`KV cache ${(kvUsageShare * 100).toFixed(0)} %`]),
  ...(memoryMiB === null ? [] : [`${(memoryMiB / 1024).toFixed(1)} GiB`]),
]

/** How near the interval is to its target; null before there is one. */
export const intervalText = ({ halfWidth, run }: Lane): string | null =>
  halfWidth === null || run === null ? null : `±${percent(halfWidth)} % → ±${percent(run.scenario.certainty.target)} %`

const leftTexts = (left: readonly Left[]): string => `left: ${left.map(leftText).join(', ')}`

const mark = (isSimulated: boolean | undefined): string => (isSimulated ? ' (SIMULATED)' : '')

/** A phase as it begins: its load, or what it waits for. */
export function phaseLine({ run }: Lane, tick: Tick): string {
  const seconds = `${(tick.totalMs / 1000).toFixed(tick.totalMs < 1000 ? 1 : 0)} s`
  const what = tick.waitingFor === undefined ? `${seconds} of load` : `${tick.waitingFor}, at most ${seconds}`
  return `${phaseText(tick, run)}: ${what}`
}

/** A phase that goes on: everything that is known of it. */
export function stateLine(lane: Lane, left: readonly Left[]): string {
  const { tick, run } = lane
  if (tick === null) return lane.doing ?? ''
  const rate = rateText(lane)
  const interval = intervalText(lane)
  const parts = [
    secondsText(tick),
    ...(rate === null ? [] : [rate]),
    loadText(tick),
    ...cardTexts(tick),
    ...(interval === null ? [] : [interval]),
    ...(left.length === 0 ? [] : [leftTexts(left)]),
  ]
  return `${phaseText(tick, run)}: ${parts.join(', ')}${mark(run?.isSimulated)}`
}

/** A trial that is done: the metric that the scenario is judged by, its headline, energy, and the interval so far. */
export function trialLine(lane: Lane, trial: Trial, { scenario }: RunRecord): string {
  const lead = leadingMetric(scenario)
  const keys = [...(lead === null ? [] : [lead]), headlineMetric(scenario)]
  const shown = keys.map((key) => valueText(key, metrics[key].of(trial)))
  const energy = trial.kind === 'text' && isKnown(trial.tokensPerJ) ? [`${trial.tokensPerJ.toFixed(2)} tokens/J`] : []
  const power = isKnown(trial.meanPowerW) ? [`${trial.meanPowerW.toFixed(0)} W`] : []
  const interval =
    lane.halfWidth === null
      ? []
      : [`mean now ±${percent(lane.halfWidth)} % (target ±${percent(scenario.certainty.target)} %)`]
  const of = phaseText({ label: `trial ${trial.index + 1}` } as Tick, lane.run)
  return `${of} done: ${[...shown, ...energy, ...power, ...interval].join(', ')}${mark(lane.run?.isSimulated)}`
}

/** The value of a metric in one trial, with its name where it is not the headline of every run. */
function valueText(key: MetricKey, value: Measured): string {
  const { label, leads, unit } = metrics[key]
  const name = leads === undefined ? '' : `${label} `
  return isKnown(value) ? `${name}${shownValue(value)} ${unit}` : `${name}not measured: ${value.reason}`
}

/** Three or four significant digits, and no more than one decimal for tokens/s. */
const shownValue = (value: number): string => (value < 10 ? value.toFixed(3) : value.toFixed(1))
