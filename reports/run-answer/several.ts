import { dirname } from 'node:path'
import { isOfSignature, quotability } from '../../harness/evidence/refusals.ts'
import type { MetricKey } from '../../harness/metrics/catalogue.ts'
import { energyMetric, headlineMetric, ttftMetrics } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import type { Facts } from '../facts.ts'
import { metricCell, stampOf } from '../tables/figure-cell.ts'
import { loadPointTables } from '../tables/load-points.ts'
import { buildTable, type Cell, type Table, text } from '../tables/table.ts'
import type { EndedRun } from './answer.ts'
import { figureText } from './figures.ts'
import { gateGroupsOf, gateName, statusStyles } from './gate-groups.ts'
import { cardName, remarksOf, whereText } from './head.ts'
import { type AnswerLine, named } from './lines.ts'
import { nextAfterRuns, nextLines } from './next.ts'

/** The answer of several runs: what holds for all of them, their tables, and the lines below. */
export interface SeveralAnswer {
  readonly head: readonly AnswerLine[]
  readonly tables: readonly Table[]
  readonly lines: readonly AnswerLine[]
}

/**
 * Several runs side by side: a row for each, those that differ only in their load in a table of load points; then the gates
 * that did not pass over all of them, how many may be quoted, and what to type next.
 */
export function severalAnswer(runs: readonly EndedRun[], facts: Pick<Facts, 'card'>): SeveralAnswer {
  const records = runs.map(({ record }) => record)
  const sweeps = loadPointTables(records)
  const swept = new Set(sweeps.flatMap(({ rows }) => rows.map(({ id }) => id)))
  const others = records.filter(({ id }) => !swept.has(id))
  const folder = commonFolder(runs)
  // what holds for all runs is said once above the tables
  const said = new Set(records.map((record) => remarksOf(record).join('; ')))
  const isAlike = said.size === 1
  const remarks = isAlike ? [...said].filter((text) => text !== '') : []
  const gates = gatesOver(records)
  const quotable = records.filter((record) => quotability(record).quotable).length
  return {
    head: [
      ...(remarks.length === 0 ? [] : [{ text: remarks.join('; '), style: 'yellow', fit: 'cut' } as const]),
      ...[...new Set(records.map(whereText))].map((text) => ({ text, style: 'dim' }) as const),
    ],
    tables: [...(others.length === 0 ? [] : [runsTable(others, facts)]), ...sweeps].map((table) =>
      isAlike ? withoutMarks(table) : table,
    ),
    lines: [
      ...(gates.length === 0
        ? []
        : [named('Gates', 'not passed, in all runs unless stated (* required for a quote):'), ...gates]),
      {
        ...named('Quotable', `${quotable} of ${counted(records.length, 'run')}`),
        style: quotable < records.length ? 'yellow' : 'green',
      },
      { ...named('Records', folder), fit: 'whole' },
      ...nextLines(nextAfterRuns(records, { runs: folder, folder })),
    ],
  }
}

/** A row for each run: its headline metric with interval and unit, its energy, and the latency that its users see. */
function runsTable(records: readonly RunRecord[], facts: Pick<Facts, 'card'>): Table {
  const value = (run: RunRecord, key: MetricKey) => {
    const cell = metricCell(run, key)
    return cell.kind === 'missing' ? cell : { ...text(figureText(run, key)), ...stampOf(run) }
  }
  return buildTable({
    id: 'runs',
    title: counted(records.length, 'run'),
    rows: records,
    rowId: ({ id }) => id,
    columns: [
      {
        id: 'run',
        head: 'Run',
        align: 'left',
        cell: (run) => ({ ...text(run.scenario.title), detail: cardName(run, facts) ?? 'no GPU' }),
      },
      {
        id: 'result',
        head: 'Result',
        align: 'right',
        cell: (run) =>
          run.oom
            ? { kind: 'oom', evidence: run.oom.reason ?? run.oom.evidence, simulated: run.source === 'simulated' }
            : value(run, headlineMetric(run.scenario)),
      },
      { id: 'energy', head: 'Energy', align: 'right', cell: (run) => value(run, energyMetric[run.scenario.kind]) },
      {
        id: 'latency',
        head: 'TTFT or E2E p50',
        align: 'right',
        cell: (run) => value(run, run.scenario.kind === 'text' ? ttftMetrics(run.scenario).median : 'e2eMsP50'),
      },
      {
        id: 'quotable',
        head: 'Quotable',
        align: 'left',
        cell: quotableCell,
      },
    ],
  })
}

/** The gates that did not pass in any run: a line for those of one status, with the number of runs of each. */
function gatesOver(records: readonly RunRecord[]): AnswerLine[] {
  const open = records.flatMap((record) => gateGroupsOf(record).flatMap(({ gates }) => gates))
  return [...Map.groupBy(open, ({ status }) => status)].map(([status, gates]) => {
    const start = `  ${status.replace('-', ' ').padEnd(12)} `
    const names = [...Map.groupBy(gates, gateName)].map(([name, { length }]) =>
      length === records.length ? name : `${name} (in ${length} of ${counted(records.length, 'run')})`,
    )
    return { text: `${start}${names.join(', ')}`, hang: start.length, style: statusStyles[status] }
  })
}

function quotableCell(run: RunRecord): Cell {
  const { quotable, reasons } = quotability(run)
  if (quotable) return text('yes', 'good')
  return text(reasons.every(isOfSignature) ? 'unsigned' : 'no', 'warn')
}

/** A table whose cells are not marked one by one. */
const withoutMarks = (table: Table): Table => ({
  ...table,
  simulated: false,
  rows: table.rows.map((row) => ({ ...row, cells: row.cells.map(withoutMark) })),
})

function withoutMark(cell: Cell): Cell {
  if (cell.kind === 'oom') return { kind: 'oom', evidence: cell.evidence }
  if (!('simulated' in cell || 'caveat' in cell)) return cell
  const { simulated: _simulated, caveat: _caveat, ...rest } = cell
  return rest
}

/** The folder that all runs are in. */
function commonFolder(runs: readonly EndedRun[]): string {
  const folders = new Set(runs.map(({ directory }) => dirname(directory)))
  return folders.size === 1 ? ([...folders][0] as string) : runs.map(({ directory }) => directory).join(' ')
}
