import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import type { Column } from '../matrix.ts'
import type { HeatCell, HeatMap, HeatRow } from './heat-map.ts'

/** Columns of a terminal that the names of the units, and one scenario, take about. */
const [NAME_WIDTH, COLUMN_WIDTH] = [24, 13]

/** A heat map as tables, in words and symbols; with a width, as many tables as its scenarios need side by side. */
export function heatTables(
  map: HeatMap,
  title: string,
  { simulated, width }: { readonly simulated: boolean; readonly width?: number },
): Table[] {
  const each = width === undefined ? map.columns.length : Math.max(2, Math.floor((width - NAME_WIDTH) / COLUMN_WIDTH))
  const parts = Math.max(1, Math.ceil(map.columns.length / each))
  return Array.from({ length: parts }, (_, part) => {
    const from = part * each
    const columns = map.columns.slice(from, from + each)
    return buildTable<HeatRow>({
      id: part === 0 ? 'fleet-map' : `fleet-map-${part + 1}`,
      title: parts === 1 ? title : `${title}, part ${part + 1} of ${parts}`,
      rows: map.rows,
      rowId: ({ id }) => id,
      columns: [
        { id: 'unit', head: 'Unit', align: 'left', cell: ({ name }) => text(name) },
        ...columns.map((column, at) => ({
          ...{ id: column.id, head: headOf(column), align: 'left' as const },
          cell: ({ cells }: HeatRow) => mapCell(cells[from + at]!, simulated),
        })),
      ],
      notes: part === parts - 1 ? map.legend : [],
    })
  })
}

/** A head that may break between its words. */
export const headOf = ({ id }: Column): string => id.replaceAll('-', ' ')

function mapCell({ symbol, text: change, detail, reason, tone }: HeatCell, simulated: boolean): Cell {
  if (symbol === null) return reason === null ? text('') : missing(reason)
  const more = [detail, reason === null ? null : 'not in the figure of the fleet'].filter((part) => part !== null)
  return {
    kind: 'text',
    text: `${symbol} ${change}`,
    tone,
    ...(more.length > 0 ? { detail: more.join(', ') } : {}),
    ...(simulated ? { simulated } : {}),
  }
}
