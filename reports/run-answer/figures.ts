import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isFixedDemand } from '../../harness/scenario/load-shape.ts'
import type { Facts } from '../facts.ts'
import { sensibleDigits } from '../render/digits.ts'
import { formatInterval, formatNumber, formatShare } from '../render/format-cell.ts'
import { measuredOf, shareOfLimit } from '../tables/figure-cell.ts'
import { sloText } from '../tables/slo-text.ts'

/** First figures of a run that belong together, such as energy and power. */
export interface FigureLine {
  readonly name: string
  readonly text: string
}

/** The first figures of a run, and why some are not known. */
export interface Figures {
  readonly lines: readonly FigureLine[]
  /** Each reason once. */
  readonly reasons: readonly string[]
}

interface Asked {
  readonly name: string
  readonly keys: readonly MetricKey[]
}

const memory: Asked = { name: 'Memory', keys: ['peakMemoryMiB', 'errorRate'] }
const goodput: Asked = { name: 'Goodput', keys: ['goodputRequestsPerS'] }

const askedOf: Readonly<Record<RunRecord['scenario']['kind'], readonly Asked[]>> = {
  text: [
    { name: 'Output', keys: ['outputTokensPerS', 'decodeTokensPerS'] },
    { name: 'Energy', keys: ['tokensPerJ', 'meanPowerW', 'serverTokensPerJ', 'serverPowerW'] },
    memory,
    goodput,
    { name: 'Sessions', keys: ['finishedSessionsPerHour', 'goodSessionShare', 'joulesPerFinishedSession'] },
    { name: 'Cache', keys: ['cacheHitRate'] },
  ],
  image: [
    { name: 'Images', keys: ['secondsPerImage', 'imagesPerS'] },
    { name: 'Energy', keys: ['joulesPerImage', 'meanPowerW', 'serverPowerW'] },
    memory,
    goodput,
  ],
  embeddings: [
    { name: 'Texts', keys: ['textsPerS', 'inputTokensPerS'] },
    { name: 'Energy', keys: ['joulesPer1000Texts', 'meanPowerW', 'serverPowerW'] },
    memory,
    goodput,
  ],
  training: [
    { name: 'Training', keys: ['stepsPerS', 'trainedTokensPerS', 'finalLoss'] },
    { name: 'Energy', keys: ['joulesPerStep', 'meanPowerW', 'serverPowerW'] },
    memory,
  ],
}

/** What follows a value and its unit. */
const after: Readonly<Partial<Record<MetricKey, string>>> = {
  decodeTokensPerS: 'decode',
  serverTokensPerJ: 'of the whole server',
  serverPowerW: 'of the whole server',
  meanPowerW: 'on average',
  peakMemoryMiB: 'at the peak',
  errorRate: 'of the requests failed',
  secondsPerImage: 'per image',
  joulesPerImage: 'per image',
  joulesPer1000Texts: 'per 1,000 texts',
  joulesPerStep: 'per step',
  joulesPerFinishedSession: 'per session',
  goodSessionShare: 'met the SLO',
  cacheHitRate: 'of the prompt tokens were in the prefix cache',
  inputTokensPerS: 'read',
  finalLoss: 'loss at the end',
}

/** The first figures of a run with their 95 % intervals, its headline metric with the share of the physical limit. */
export function figuresOf(record: RunRecord, facts: Pick<Facts, 'limit'>): Figures {
  const reasons = new Set<string>()
  const headline = headlineMetric(record.scenario)
  const textOf = (key: MetricKey): string => {
    const known = measuredOf(record, key)
    if ('reason' in known) {
      reasons.add(known.reason)
      return `— ${unitOf(key)}`
    }
    return `${figureText(record, key)}${key === headline ? limitText(record, facts) : ''}`
  }
  const lines = askedOf[record.scenario.kind].flatMap(({ name, keys }): FigureLine[] => {
    const shown = keys.filter((key) => isShown(record, key, headline))
    return shown.length === 0 ? [] : [{ name, text: shown.map(textOf).join(' · ') }]
  })
  return { lines, reasons: [...reasons] }
}

/** A metric of a run with its interval and unit, such as `1,811 ±27 tokens/s`; a dash where it is not known. */
export function figureText(record: RunRecord, key: MetricKey): string {
  const known = measuredOf(record, key)
  if ('reason' in known) return '—'
  const { value, ci95 } = known.value
  const scale = metrics[key].shownAs?.scale ?? 1
  const scaled = ci95 && ([ci95[0] * scale, ci95[1] * scale] as const)
  const digits = sensibleDigits(value * scale, scaled, metrics[key].digits)
  const interval = scaled === null || value === 0 ? '' : formatInterval(value * scale, scaled, digits)
  // trials that agree to the last digit, such as peaks of memory
  const shown = /^±0(\.0*)?$/.test(interval) ? '' : ` ${interval}`
  const slo = key === 'goodputRequestsPerS' ? ` within ${sloText(record) ?? 'the SLO'}` : ''
  const words = after[key] === undefined ? '' : ` ${after[key]}`
  return `${formatNumber(value * scale, digits)}${shown} ${unitOf(key)}${words}${slo}`.replace(/ {2,}/g, ' ')
}

const unitOf = (key: MetricKey): string => {
  // it stands behind the output, whose unit it has
  if (key === 'decodeTokensPerS') return ''
  const unit = metrics[key].shownAs?.unit ?? metrics[key].unit
  return unit === '1' ? '' : unit
}

/** Decode rate and goodput are first figures of some runs only. */
function isShown(record: RunRecord, key: MetricKey, headline: MetricKey): boolean {
  const { scenario, result } = record
  const { suits, shownIfKnown } = metrics[key]
  if (suits !== undefined && !suits(scenario)) return false
  if (shownIfKnown && (result[key]?.mean ?? null) === null) return false
  if (key === 'decodeTokensPerS') return key === headline
  if (key === 'goodputRequestsPerS') return scenario.kind !== 'training' && scenario.slo !== undefined
  return !(key === 'goodSessionShare' && scenario.kind === 'text' && scenario.slo === undefined)
}

/** The share of the physical limit; nothing where no limit is known, or where the load asks for less than the card can do. */
function limitText(record: RunRecord, facts: Pick<Facts, 'limit'>): string {
  const headline = headlineMetric(record.scenario)
  const known = measuredOf(record, headline)
  const limit = facts.limit(record)
  if ('reason' in known || 'reason' in limit || isFixedDemand(record.scenario.load)) return ''
  return `, ${formatShare(shareOfLimit(headline, known.value.value, limit.value.value))} of the physical limit`
}
