import { identifiersIn } from '../../../harness/evidence/redaction/redact-record.ts'
import { redactText } from '../../../harness/evidence/redaction/redact-text.ts'
import { type MetricKey, metrics, quotedMetrics } from '../../../harness/metrics/catalogue.ts'
import { describeWorkload } from '../../../harness/metrics/describe-workload.ts'
import { headlineMetric, ttftMetrics } from '../../../harness/metrics/headline.ts'
import { reasonOfResult } from '../../../harness/metrics/result.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { lengthText } from '../../../harness/scenario/prompt/length.ts'
import { counted } from '../../../harness/units.ts'
import type { Known } from '../../facts.ts'
import { type LatencyKey, latencyNames } from '../../tables/latency-names.ts'
import type { QuoteInputs } from '../inputs.ts'
import { measurementLines } from './measurement.ts'
import { metricWords } from './words.ts'

/** One metric as it is promised: the conservative end of its interval. */
export interface Promised {
  readonly metric: MetricKey
  /** In plain words. */
  readonly label: string
  /** The name of the metric in the catalogue. */
  readonly term: string
  readonly value: number
  readonly unit: string
  readonly digits: number
  readonly bound: 'at least' | 'at most'
}

/** One workload of a quote. */
export interface Workload {
  readonly runId: string
  /** Equal for runs of one workload on several servers. */
  readonly workload: string
  readonly title: string
  /** The name that was requested; for a model served from a folder, the last part of the path. */
  readonly model: string
  readonly description: string
  /** What stands behind the values: trials, seconds, failures, loosened limits. */
  readonly measurement: readonly string[]
  readonly headline: Promised
  readonly others: readonly Promised[]
  /** The SLO limits that are met; null where none is stated. */
  readonly slo: string | null
  /** Output rate, from which the unit price follows. Null for training. */
  readonly output: { readonly perSecond: number; readonly unit: 'output token' | 'image' } | null
  /** Upper end of the GPU boards' power, W. */
  readonly loadW: number
}

/**
 * What a quote may promise of a run: every metric at the conservative end of its 95 % interval. A reason instead, beginning
 * with the gate, when a metric has no interval or the SLO is not met at that end.
 */
export function workloadOf(record: RunRecord, inputs: Pick<QuoteInputs, 'slo'>): Known<Workload> {
  const key = headlineMetric(record.scenario)
  const promised = quotedMetrics(record.scenario).flatMap((each) => promise(record, each) ?? [])
  const headline = promised.find((each) => each.metric === key)
  if (headline === undefined) {
    const { n = 0 } = record.result[key] ?? {}
    const reason = reasonOfResult(record.result[key])
    return {
      reason: `precision not-measured: ${metrics[key].label} has no confidence interval; ${counted(n, 'trial')}${reason ? ` (${reason})` : ''}`,
    }
  }
  const power = record.result['meanPowerW']
  const loadW = power?.ci95?.[1] ?? null
  if (loadW === null)
    return {
      reason: `energy-coverage: ${metrics.meanPowerW.label} has no confidence interval: ${reasonOfResult(power) ?? 'one trial'}`,
    }
  const slo = sloOf(record, inputs)
  if ('reason' in slo) return slo
  const text = promised.find((each) => each.metric === 'outputTokensPerS')
  const images = promised.find((each) => each.metric === 'imagesPerS')
  const maker = record.scenario.kind === 'text' ? text : record.scenario.kind === 'image' ? images : undefined
  if (maker && maker.value <= 0)
    return { reason: `precision: the lower end of the interval of ${maker.term} is not above 0` }
  const unit = record.scenario.kind === 'image' ? 'image' : 'output token'
  const model = redactText(record.endpoint.model ?? record.scenario.model, identifiersIn(record))
  const description = descriptionOf(record.scenario)
  return {
    value: {
      runId: record.id,
      workload: JSON.stringify([record.scenario.name, record.scenario.title, model, description]),
      title: record.scenario.title,
      ...{ model, description, headline },
      measurement: measurementLines(record),
      others: promised.filter((each) => each !== headline),
      slo: slo.value,
      output: maker ? { perSecond: maker.value, unit } : null,
      loadW,
    },
  }
}

function promise(record: RunRecord, metric: MetricKey): Promised | null {
  const { label: term, better, digits: most } = metrics[metric]
  const figure = record.result[metric]
  if (!figure?.ci95) return null
  const end = better === 'higher' ? figure.ci95[0] : figure.ci95[1]
  const digits = Math.min(most, end >= 100 ? 0 : end >= 10 ? 1 : end >= 1 ? 2 : 3)
  // rounded in the customer's favour
  const scale = 10 ** digits
  const value = (better === 'higher' ? Math.floor(end * scale) : Math.ceil(end * scale)) / scale
  const label = metricWords[metric] ?? term
  return { metric, label, term, value, unit: figure.unit, digits, bound: better === 'higher' ? 'at least' : 'at most' }
}

interface SloKeys {
  readonly median: MetricKey
  readonly p99: MetricKey | null
}

/** The metrics by which a limit of each latency is judged. */
const sloKeys = (scenario: RunRecord['scenario']): Record<LatencyKey, SloKeys> => ({
  ttftMs: ttftMetrics(scenario),
  tpotMs: { median: 'tpotMsP50', p99: null },
  e2eMs: { median: 'e2eMsP50', p99: null },
})

/** The SLO must be met at the upper end of the interval of the median (and of the p99, where there is one). */
function sloOf(record: RunRecord, inputs: Pick<QuoteInputs, 'slo'>): Known<string | null> {
  const scenarioSlo = 'slo' in record.scenario ? record.scenario.slo : undefined
  // limits of the inputs have priority; other limits of the scenario apply as well
  const slo = { ...scenarioSlo, ...inputs.slo }
  const parts: string[] = []
  for (const [key, { median, p99 }] of Object.entries(sloKeys(record.scenario)) as [LatencyKey, SloKeys][]) {
    const label = latencyNames[key].long
    const limitMs = slo[key]
    if (limitMs === undefined || record.result[median] === undefined) continue
    const tail = p99 === null ? null : (record.result[p99]?.ci95?.[1] ?? null)
    const highMs = tail ?? record.result[median]?.ci95?.[1] ?? null
    const which = tail === null ? 'median' : 'p99'
    if (highMs === null) return { reason: `slo: ${label} has no confidence interval; the limit is ${limitMs} ms` }
    if (highMs > limitMs) {
      return { reason: `slo: ${label} (${which}) may reach ${highMs.toFixed(0)} ms; the limit is ${limitMs} ms` }
    }
    parts.push(`${label} within ${limitMs} ms (${which})`)
  }
  return { value: parts.length === 0 ? null : parts.join(', ') }
}

/** The load and lengths that the metrics apply to. */
function descriptionOf(scenario: RunRecord['scenario']): string {
  if (scenario.kind === 'training') return `training, ${describeWorkload(scenario)}`
  const { load } = scenario
  const loadText =
    load.shape === 'closed'
      ? counted(load.concurrency, 'concurrent request')
      : load.shape === 'open'
        ? `${load.ratePerS} requests per second`
        : 'a recorded trace'
  if (scenario.kind === 'embeddings') return `${describeWorkload(scenario)}, ${loadText}`
  if (scenario.kind === 'image') return `images of ${describeWorkload(scenario)}, ${loadText}`
  const cache = scenario.prompt.prefixCache === 'cold' ? '' : `, prefix cache ${scenario.prompt.prefixCache}`
  const ends = scenario.output.ignoreEos === false ? 'at most ' : ''
  const { tokens } = scenario.prompt
  const prompts = tokens === undefined ? 'prompts of a file' : `${lengthText(tokens)} prompt tokens`
  return `${prompts}, ${ends}${lengthText(scenario.output.tokens)} output tokens, ${loadText}${cache}`
}
