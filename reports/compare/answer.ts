import { comparedMetric } from '../../harness/metrics/catalogue.ts'
import type { MetricComparison } from '../../harness/verdict/verdict.ts'
import type { MetricVerdict } from '../../harness/verdict/verdict-words.ts'
import { formatInterval, formatNumber } from '../render/format-cell.ts'
import { SIMULATED_HEAD } from '../run-answer/head.ts'
import type { AnswerLine } from '../run-answer/lines.ts'
import type { Comparison, ScenarioComparison } from './comparison.ts'
import { outcomeOf, outcomeText, verdictLine } from './outcome.ts'
import { signedPercent } from './words.ts'

/** Of one scenario, every metric is shown; of several, at most so many of each. */
const SEVERAL_SHOWN = 3
/** Remarks and settings that are shown; more are counted. */
const REMARKS = 3

const styles = { regressed: 'red', improved: 'green', equivalent: 'dim', inconclusive: 'yellow' } as const
const order: readonly MetricVerdict[] = ['regressed', 'improved', 'inconclusive', 'equivalent']

/**
 * A comparison in one screen: the verdict first, then the metrics of each scenario, those that changed before the others, then
 * what keeps it from being judged, and which settings differ. The tables have all of it.
 */
export function comparisonAnswer(comparison: Comparison): AnswerLine[] {
  const { scenarios, simulated, objections, notes, differences } = comparison
  const settings = differences.map(
    ({ label, baseline, candidate }) => `${label}: ${baseline} before, ${candidate} after`,
  )
  return [
    {
      text: verdictLine(comparison),
      style: outcomeOf(comparison) === 'regressed' ? 'red' : 'bold',
    },
    ...(simulated ? [{ text: SIMULATED_HEAD, style: 'yellow' } as const] : []),
    ...objections.map(
      (objection): AnswerLine => ({ text: `NOT COMPARABLE, comparison forced: ${objection}`, style: 'red' }),
    ),
    ...scenarios.flatMap((each) => scenarioLines(each, scenarios.length === 1)),
    ...fewLines([...new Set([...scenarios.flatMap(({ warnings }) => warnings), ...notes])], 'remark'),
    ...fewLines(settings, 'setting'),
  ]
}

function scenarioLines(
  { title, card, verdict, notJudged, metrics }: ScenarioComparison,
  isOnly: boolean,
): AnswerLine[] {
  const word = notJudged.length > 0 ? outcomeText('not-comparable') : verdict
  const ranked = metrics.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
  const changed = isOnly ? ranked : ranked.filter(({ verdict: each }) => each !== 'equivalent')
  const shown = isOnly ? changed : changed.slice(0, SEVERAL_SHOWN)
  const width = Math.max(0, ...shown.map(({ key }) => comparedMetric(key).label.length))
  return [
    { text: '' },
    { text: `${title} on ${card}: ${word}`, style: 'bold' },
    ...notJudged.map((why): AnswerLine => ({ text: `  NOT JUDGED: ${why}`, style: 'red', hang: 4 })),
    ...shown.map((row) => metricLine(row, width)),
    ...moreLine(changed.length - shown.length, '  '),
  ]
}

function metricLine(row: MetricComparison, width: number): AnswerLine {
  const { key, verdict, relative, reason, baseline, candidate } = row
  const { label, unit, digits } = comparedMetric(key)
  const start = `  ${verdict.padEnd(12)} ${label.padEnd(width)}  `
  if (relative === null || baseline.mean === null || candidate.mean === null) {
    return { text: `${start}— ${reason}`, style: 'dim', fit: 'cut' }
  }
  const [low, high] = relative.ci95
  const interval = formatInterval(relative.value * 100, [low * 100, high * 100], 1)
  const means = `${formatNumber(baseline.mean, digits)} to ${formatNumber(candidate.mean, digits)} ${unit}`
  return { text: `${start}${signedPercent(relative.value)} ${interval}  ${means}`, style: styles[verdict], fit: 'cut' }
}

/** Texts one by one, and how many more there are. */
function fewLines(texts: readonly string[], name: string): AnswerLine[] {
  const more = texts.length - REMARKS
  return [
    ...texts.slice(0, REMARKS).map((text): AnswerLine => ({ text: `${name}: ${text}`, style: 'dim', fit: 'cut' })),
    ...moreLine(more),
  ]
}

/** How many more there are; nothing where all are shown. */
const moreLine = (more: number, indent = ''): AnswerLine[] =>
  more > 0 ? [{ text: `${indent}and ${more} more (--verbose)`, style: 'dim' }] : []
