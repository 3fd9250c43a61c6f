import type { MetricKey } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'
import { counted } from '../../harness/units.ts'
import { commonTitle, exceptLoad } from './alike-loads.ts'
import { metricCell } from './figure-cell.ts'
import { buildTable, type Cell, type Column, type Table, text } from './table.ts'

const columns: readonly (readonly [MetricKey, string])[] = [
  ['outputTokensPerS', 'Output (t/s)'],
  ['ttftMsP50', 'TTFT p50 (ms)'],
  ['tpotMsP50', 'TPOT p50 (ms)'],
  ['tokensPerJ', 'tokens/J'],
  ['goodputRequestsPerS', 'Goodput (requests/s)'],
]

/** The runs of one sweep in one table: a row for each load. Groups of runs that differ only in their load, two or more. */
export function loadPointTables(records: readonly RunRecord[]): Table[] {
  const texts = records.filter(({ scenario }) => scenario.kind === 'text')
  return [...Map.groupBy(texts, (run) => `${exceptLoad(run)} ${run.card.name}`).values()]
    .filter(isSweep)
    .map((points) => tableOf(points))
}

/** Several loads, each once: runs that repeat a load are no sweep. */
const isSweep = (points: readonly RunRecord[]): boolean =>
  points.length > 1 && new Set(points.map(({ scenario }) => loadText(scenario))).size === points.length

function tableOf(points: readonly RunRecord[]): Table {
  const [first] = points as readonly [RunRecord, ...RunRecord[]]
  const shown = columns.filter(([key]) => key !== 'goodputRequestsPerS' || first.scenario.slo !== undefined)
  return buildTable({
    id: 'load-points',
    title: `${commonTitle(points)} on ${first.card.name ?? 'a machine without a GPU'}`,
    rows: points,
    rowId: ({ id }) => id,
    columns: [
      { id: 'load', head: 'Load', align: 'left', cell: ({ scenario }) => text(loadText(scenario)) },
      ...shown.map(
        ([key, head]): Column<RunRecord> => ({
          id: key,
          head,
          align: 'right',
          cell: (run) => bare(metricCell(run, key)),
        }),
      ),
      {
        id: 'quotable',
        head: 'Quotable',
        align: 'left',
        cell: ({ quotable }) => (quotable ? text('yes', 'good') : text('no', 'warn')),
      },
    ],
    notes: ['t/s: output tokens/s of all streams; TTFT and TPOT are medians; ± is half of the 95 % interval'],
  })
}

/** The unit is in the head of the column. */
const bare = (cell: Cell): Cell => (cell.kind === 'number' ? { ...cell, unit: '' } : cell)

function loadText({ load }: Scenario): string {
  if (load.shape === 'open') return `${load.ratePerS} requests/s`
  if (load.shape === 'trace') return `trace x${load.speed}`
  const what = 'session' in load && load.session ? 'conversation' : 'stream'
  return counted(load.concurrency, what)
}
