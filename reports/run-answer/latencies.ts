import { metrics } from '../../harness/metrics/catalogue.ts'
import { shownPercentiles } from '../../harness/metrics/latency/shown-percentiles.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { formatNumber } from '../render/format-cell.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import type { AnswerLine } from './lines.ts'

const heads = ['p50', 'p90', 'p95', 'p99'] as const
const NAME_WIDTH = 10
const GAP = 3

/** p50, p90, p95 and p99 of the latencies of a run in ms, as a table and the reasons of its dashes; none for training. */
export function latencyLines(record: RunRecord): { readonly lines: readonly AnswerLine[]; readonly reasons: string[] } {
  const reasons = new Set<string>()
  const absent = (): string => {
    reasons.add('an earlier version, which made the record, had no such percentile')
    return '—'
  }
  const rows = shownPercentiles(record.scenario).map(({ name, keys }) => {
    const cells = keys.map((key) => {
      if (record.result[key] === undefined && record.status === 'complete') return absent()
      const known = measuredOf(record, key)
      if ('value' in known) return formatNumber(known.value.value, metrics[key].digits)
      reasons.add(known.reason)
      return '—'
    })
    return [name, ...cells]
  })
  // a table of dashes says nothing that its reasons do not
  if (rows.every(([, ...cells]) => cells.every((cell) => cell === '—'))) return { lines: [], reasons: [...reasons] }
  const grid = [['ms', ...heads], ...rows]
  const widths = heads.map((_, column) => Math.max(...grid.map((row) => row[column + 1]?.length ?? 0)) + GAP)
  const lines = grid.map(
    ([name = '', ...cells], at): AnswerLine => ({
      text: `${name.padEnd(NAME_WIDTH)}${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('')}`,
      fit: 'whole',
      ...(at === 0 ? { style: 'bold' } : {}),
    }),
  )
  return { lines, reasons: [...reasons] }
}
