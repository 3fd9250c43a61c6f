import type { Tally } from '../../../harness/store/view/summary.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { buildTable, text } from '../../tables/table.ts'
import type { Links, RunSource } from '../page/links.ts'
import { count, linkCell, moment } from '../page/parts.ts'
import type { View } from '../page/shell.ts'

/** Every card, or every scenario, with its runs. */
export function indexView(what: 'card' | 'scenario', all: readonly Tally[], source: RunSource, links: Links): View {
  const stamp = source === 'simulated' ? { simulated: true } : {}
  const title = what === 'card' ? 'Cards' : 'Scenarios'
  const table = buildTable<Tally>({
    id: `${what}s`,
    title: `${title} and their runs`,
    rows: all,
    rowId: ({ name }) => name,
    columns: [
      {
        id: what,
        head: what === 'card' ? 'Card' : 'Scenario',
        align: 'left',
        cell: ({ name }) => ({ ...linkCell(name, links[what](name)), ...stamp }),
      },
      { id: 'hosts', head: 'Servers', align: 'right', cell: ({ hosts }) => count(hosts) },
      { id: 'runs', head: 'Runs', align: 'right', cell: ({ runs }) => count(runs) },
      { id: 'quotable', head: 'Quotable', align: 'right', cell: ({ quotable }) => count(quotable) },
      { id: 'newest', head: 'Newest run (UTC)', align: 'left', cell: ({ newest }) => text(moment(newest)) },
    ],
  })
  return {
    title,
    section: what === 'card' ? 'cards' : 'scenarios',
    simulated: source === 'simulated',
    body: tableSection(table),
  }
}
