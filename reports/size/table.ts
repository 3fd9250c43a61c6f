import { askForPrice } from '../../harness/catalogue/prices.ts'
import { peakLoad } from '../../harness/size/demand.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { assumptionNotes } from './findings.ts'
import type { Sizing } from './sizing.ts'
import { basisWords, costWords, headroomText, limitWords } from './words.ts'

type Row = Sizing['cards'][number]

/** Every card for the case: its highest load, servers, cost and limit. */
export function sizeTable(sizing: Sizing): Table {
  const { asked, cards } = sizing
  const { unit } = peakLoad(asked.demand)
  const hasUsers = asked.demand.users !== null
  const right = (id: string, head: string, cell: (row: Row) => Cell): Column<Row> => ({
    id,
    head,
    align: 'right',
    cell,
  })
  return buildTable({
    id: 'size',
    title: `Cards for ${asked.title}`,
    columns: [
      { id: 'card', head: 'Card', align: 'left', cell: cardCell },
      right('highest-load', unit === 'users' ? 'Users at most' : 'Requests/s at most', (row) => loadCell(row, unit)),
      ...(hasUsers ? [right('users-per-server', 'Users per server', usersCell)] : []),
      right('servers', 'Servers', (row) => serversCell(row, asked.demand.growthShare)),
      right('gbp-per-month', '£ per month', monthCell),
      ...(hasUsers ? [right('gbp-per-user', '£ per user', userCell)] : []),
      right('headroom', 'Headroom', headroomCell),
      { id: 'limited-by', head: 'Limited by', align: 'left', cell: limitCell },
    ],
    rows: cards,
    rowId: ({ answer }) => answer.key,
    notes: assumptionNotes(sizing),
  })
}

const stamp = ({ answer }: Row) => ({ simulated: answer.simulated })

function cardCell({ answer }: Row): Cell {
  const { basis } = answer
  if (basis === null) return text(answer.label)
  const isSure = basis === 'measured' || basis === 'interpolated'
  return { ...text(answer.label), detail: basisWords[basis], ...(isSure ? {} : { tone: 'warn' }) } as Cell
}

function loadCell(row: Row, unit: string): Cell {
  const { server, reason } = row.answer
  if (server === null) return missing(reason ?? 'no highest load')
  const digits = unit === 'users' || server.value >= 100 ? 0 : server.value >= 10 ? 1 : server.value >= 0.1 ? 2 : 4
  return {
    kind: 'number',
    value: server.value,
    unit: '',
    digits,
    ...(server.ci95 ? { ci95: server.ci95 } : {}),
    ...stamp(row),
  }
}

const nothing = ({ answer }: Row): Cell => missing(answer.reason ?? 'not even a low load surely meets the SLO')

function usersCell(row: Row): Cell {
  const users = row.offer.count?.usersPerServer
  if (users == null) return nothing(row)
  return { kind: 'number', value: Math.floor(users), unit: '', digits: 0, ...stamp(row) }
}

function serversCell(row: Row, growthShare: number): Cell {
  const { count } = row.offer
  if (count === null) return nothing(row)
  const today = growthShare > 0 && count.today !== count.grown ? { detail: `${count.today} today` } : {}
  return { kind: 'text', text: String(count.grown), ...today, ...stamp(row) }
}

function monthCell(row: Row): Cell {
  if (row.offer.count === null) return nothing(row)
  const { monthGbp, leastMonthGbp, costKind } = row.offer
  if (monthGbp === null)
    return missing(askForPrice(row.answer, `--rent ${row.answer.key}=GBP, --price ${row.answer.key}=GBP`))
  const ci95 = leastMonthGbp === null || leastMonthGbp === monthGbp ? {} : { ci95: [leastMonthGbp, monthGbp] as const }
  const detail = costKind === null ? {} : { detail: costWords[costKind].short }
  return { kind: 'money', valueGbp: monthGbp, digits: 0, ...ci95, ...detail, ...stamp(row) }
}

function userCell(row: Row): Cell {
  if (row.offer.count === null) return nothing(row)
  const gbp = row.offer.userGbpPerMonth
  return gbp === null ? missing('no price is known') : { kind: 'money', valueGbp: gbp, digits: 2, ...stamp(row) }
}

function headroomCell(row: Row): Cell {
  const { count } = row.offer
  if (count === null) return nothing(row)
  return { kind: 'text', text: headroomText(count.headroomShare), ...stamp(row) }
}

function limitCell({ answer }: Row): Cell {
  if (answer.limitedBy !== null) return text(limitWords(answer.limitedBy))
  return answer.basis === null ? missing(answer.reason ?? 'unknown') : text('SLO')
}
