import { labelOf } from '../../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import { settingText } from '../../../harness/record/setting/operating-point.ts'
import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { metricCell, stampOf } from '../../tables/figure-cell.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../../tables/table.ts'
import type { Links } from '../page/links.ts'
import { linkCell, moment } from '../page/parts.ts'

/** The headline figure of a run, with its name: tables hold several scenarios. */
export function headlineCell({ record }: ViewedRun): Cell {
  const cell = metricCell(record, headlineMetric(record.scenario))
  if (cell.kind !== 'missing' && record.status === 'complete') return cell
  return record.status === 'complete' ? cell : missing(`${record.status}${record.failure ? `: ${record.failure}` : ''}`)
}

/** The name of the headline metric of a run. */
export const headlineName = ({ record }: ViewedRun): string => labelOf(headlineMetric(record.scenario))

/** Whether a run may be quoted, and the first reason why not. */
export function quotableCell({ quotable, reasons }: ViewedRun): Cell {
  if (quotable) return text('quotable', 'good')
  const [first = 'its record says so'] = reasons
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : ''
  return { kind: 'text', text: 'no', detail: `${first}${more}`, tone: 'warn' }
}

/** A scenario with the setting that was made on purpose, as a link to its page. */
export function scenarioCell({ record }: ViewedRun, links: Links): Cell {
  const { name, title } = record.scenario
  return { ...linkCell(title, links.scenario(name), settingText(record) ?? undefined), ...stampOf(record) }
}

/** Runs as a table, the newest first. */
export function runsTable(
  { id, title, runs }: { readonly id: string; readonly title: string; readonly runs: readonly ViewedRun[] },
  links: Links,
  more: readonly Column<ViewedRun>[] = [],
): Table {
  return buildTable<ViewedRun>({
    id,
    title,
    rows: runs.toSorted((a, b) => b.record.startedAt.localeCompare(a.record.startedAt)),
    rowId: ({ digest }) => digest,
    columns: [
      {
        id: 'started',
        head: 'Started (UTC)',
        align: 'left',
        cell: ({ digest, record }) => linkCell(moment(record.startedAt), links.run(digest)),
      },
      ...more,
      { id: 'figure', head: 'Headline figure', align: 'right', cell: headlineCell },
      { id: 'quotable', head: 'Quotable', align: 'left', cell: quotableCell },
    ],
  })
}
