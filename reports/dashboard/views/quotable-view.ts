import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { html } from '../../render/html/template.ts'
import { buildTable, type Table, text } from '../../tables/table.ts'
import type { Links } from '../page/links.ts'
import { linkCell, moment, tableOr } from '../page/parts.ts'
import type { View } from '../page/shell.ts'
import { headlineCell, headlineName, scenarioCell } from './run-rows.ts'

/** What can be quoted: of each card in each scenario the newest quotable run; and what cannot. */
export interface QuotablePageData {
  readonly quotable: readonly ViewedRun[]
  /** The newest run of each unit in each scenario, where that is not quotable. */
  readonly others: readonly ViewedRun[]
  readonly hasSimulated: boolean
}

/** Figures that can be quoted now with their runs, and why others cannot. */
export function quotableView({ quotable, others, hasSimulated }: QuotablePageData, links: Links): View {
  const note = hasSimulated ? ' Simulated runs can never be quoted, and are not listed.' : ''
  return {
    title: 'Quotable figures',
    section: 'quotable',
    simulated: false,
    body: html`<p class="answer">The newest quotable run of each card in each scenario. It was judged when it came here; <code>joulemark quote</code> verifies it again, and the page of each run has the command.${note}</p>
${tableOr(quotableTable(quotable, links), 'Nothing.')}
${tableOr(othersTable(others, links), 'Nothing: the newest run of each unit in each scenario is quotable.')}`,
  }
}

const quotableTable = (runs: readonly ViewedRun[], links: Links): Table =>
  buildTable<ViewedRun>({
    id: 'quotable',
    title: 'Can be quoted now',
    rows: runs,
    rowId: ({ digest }) => digest,
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (run) => scenarioCell(run, links) },
      cardColumn(links),
      { id: 'metric', head: 'Metric', align: 'left', cell: (run) => text(headlineName(run)) },
      { id: 'figure', head: 'Mean', align: 'right', cell: headlineCell },
      runColumn(links),
      boxColumn(links),
    ],
  })

const othersTable = (runs: readonly ViewedRun[], links: Links): Table =>
  buildTable<ViewedRun>({
    id: 'not-quotable',
    title: 'Cannot be quoted: newest runs and why not',
    rows: runs,
    rowId: ({ digest }) => digest,
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (run) => scenarioCell(run, links) },
      cardColumn(links),
      { ...runColumn(links), head: 'Newest run (UTC)' },
      boxColumn(links),
      {
        id: 'why',
        head: 'Why not',
        align: 'left',
        cell: ({ reasons }) => {
          const [first = 'its record says so', ...rest] = reasons
          return { kind: 'text', text: first, ...(rest.length > 0 ? { detail: rest.join('; ') } : {}) }
        },
      },
    ],
  })

const cardColumn = (links: Links) => ({
  ...{ id: 'card', head: 'Card', align: 'left' as const },
  cell: ({ record }: ViewedRun) => {
    const card = record.card.key ?? record.card.name
    return card === null ? text('no GPU') : linkCell(card, links.card(card))
  },
})
const runColumn = (links: Links) => ({
  ...{ id: 'run', head: 'Run (UTC)', align: 'left' as const },
  cell: ({ digest, record }: ViewedRun) => linkCell(moment(record.startedAt), links.run(digest)),
})
const boxColumn = (links: Links) => ({
  ...{ id: 'server', head: 'Server', align: 'left' as const },
  cell: ({ record }: ViewedRun) => linkCell(record.host.hostname, links.server(record.host.hostname)),
})
