import type { Cell, Table } from '../../../tables/table.ts'
import { SIMULATED_MARK } from '../../format-cell.ts'
import type { TableText } from '../../grid/table-text.ts'
import { attributes, type Html, html, joined, nothing } from '../template.ts'
import { noteButton } from './table-notes.ts'

/** How the cells of a table are written. */
export interface CellStyle {
  readonly table: Pick<Table, 'id'>
  readonly text: TableText
  /** Which cells name their column, for a phone that shows a row as a list: all, all but the head of the row, none. */
  readonly named: 'all' | 'but-head' | 'none'
}

/** One cell; the first of a row is its head. */
export function cellHtml(cell: Cell, index: number, column: Table['columns'][number], style: CellStyle): Html {
  if (cell.kind === 'code') return codeHtml(cell.lines, column.id)
  const { main, mark, sub, tone, number } = style.text.cell(cell)
  const stamp = mark === '' ? nothing : html`<abbr title="simulated">${SIMULATED_MARK}</abbr>`
  const small = sub === null ? nothing : html`<small>${sub}</small>`
  const own = attributes({
    class: column.align + (tone === 'plain' ? '' : ` ${tone}`),
    'data-column': column.id,
    'data-value': sortValue(cell),
    'data-head': style.named === 'all' || (style.named === 'but-head' && index > 0) ? column.head : null,
  })
  const words = cell.kind === 'text' && cell.href !== undefined ? html`<a href="${cell.href}">${main}</a>` : main
  const reference = number === null ? nothing : noteButton(style.table, number)
  const content = html`<span class="main">${words}</span>${stamp}${reference}${small}`
  return index === 0 ? html`<th scope="row"${own}>${content}</th>` : html`<td${own}>${content}</td>`
}

/** A command with a copy button; the button requires the script and is hidden without it. */
const codeHtml = (lines: readonly string[], column: string): Html =>
  html`<td class="left" data-column="${column}"><pre><code>${joined(lines, '\n')}</code></pre><button type="button" class="copy" hidden>Copy</button></td>`

/** The sort key: the unrounded number, where a cell has one. */
function sortValue(cell: Cell): number | null {
  if (cell.kind === 'number' || cell.kind === 'ratio') return cell.value
  return cell.kind === 'money' ? cell.valueGbp : null
}
