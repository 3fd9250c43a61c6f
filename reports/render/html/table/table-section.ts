import type { Table } from '../../../tables/table.ts'
import { commandGroups } from '../../grid/command-groups.ts'
import { groupedRows, type RowGroup } from '../../grid/row-groups.ts'
import { type TableText, tableText } from '../../grid/table-text.ts'
import { htmlId } from '../html-id.ts'
import { attributes, type Html, html, joined, nothing } from '../template.ts'
import { commandPicker } from './command-picker.ts'
import { sortableColumns } from './sortable.ts'
import { type CellStyle, cellHtml } from './table-cells.ts'
import { tableNotes, underTable } from './table-notes.ts'

/** The level of the title of a table; `none` where the heading above it says the same. */
type TitleLevel = 2 | 3 | 'none'

/** One table as a section with its notes behind it, for a page of a few tables. */
export const tableSection = (table: Table): Html => html`${sectionWithoutNotes(table, 2)}${tableNotes(table)}`

/** One table as a section under a title of its level: caption, heads, rows. Its notes are to stand elsewhere on the page, by `tableNotes`. */
export function sectionWithoutNotes(table: Table, level: TitleLevel): Html {
  const id = htmlId(table.id)
  const stamp = table.simulated ? html` <span class="stamp">SIMULATED</span>` : nothing
  const text = tableText(table)
  const title =
    level === 'none'
      ? html`<p id="h-${id}" class="unseen">${table.title}</p>${stamp}`
      : level === 2
        ? html`<h2 id="h-${id}">${table.title}${stamp}</h2>`
        : html`<h3 id="h-${id}">${table.title}${stamp}</h3>`
  const commands = commandGroups(table)
  const content =
    commands === null
      ? html`<div class="scroll" role="region" aria-label="${table.title}: table" tabindex="0">
${gridHtml(table, text)}</div>`
      : commandPicker(table, commands, text)
  return html`<section aria-labelledby="h-${id}">
${title}
${content}
${underTable(table, text)}
</section>`
}

/** A phone has room for this many columns beside each other, below the head of their row. */
const MOST_BESIDE = 3

function gridHtml(table: Table, text: TableText): Html {
  const { columns, groups } = groupedRows(table)
  const sortable = sortableColumns(table)
  const heads = columns.map(({ id, head, align }) =>
    sortable.has(id)
      ? html`<th scope="col" class="${align}"><button type="button" class="sort">${head}</button></th>`
      : html`<th scope="col" class="${align}">${head}</th>`,
  )
  const isWordy = columns.every(({ align }) => align === 'left')
  const isCoded = table.rows.some((row) => row.cells.some(({ kind }) => kind === 'code'))
  const isStacked = !isCoded && (isWordy || columns.length - 1 > MOST_BESIDE)
  const style: CellStyle = { table, text, named: isStacked ? (isWordy ? 'but-head' : 'all') : 'none' }
  const shape = isCoded ? 'coded' : isStacked ? 'stacked' : `beside-${columns.length - 1}`
  return html`<table${attributes({ id: `t-${htmlId(table.id)}`, class: `${isWordy ? 'wordy' : 'figures'} ${shape}` })}><caption class="unseen">${table.title}</caption>
<thead><tr>${heads}</tr></thead>
${joined(
  groups.map((group) => bodyHtml(group, columns, style)),
  '\n',
)}</table>`
}

/** The rows of a group, under their heading where they have one. */
function bodyHtml({ head, rows }: RowGroup, columns: Table['columns'], style: CellStyle): Html {
  const lines = rows.map((row) => {
    const cells = row.cells.map((cell, index) => cellHtml(cell, index, columns[index]!, style))
    return html`<tr data-row="${row.id}">${cells}</tr>`
  })
  return html`<tbody>${head.length === 0 ? nothing : headingHtml(head, columns.length, style)}
${joined(lines, '\n')}
</tbody>`
}

function headingHtml(cells: RowGroup['head'], columns: number, { text }: CellStyle): Html {
  const { main, sub } = text.heading(cells)
  const small = sub === null ? nothing : html`<small>${sub}</small>`
  return html`
<tr class="group"><th scope="rowgroup" colspan="${columns}">${main}${small}</th></tr>`
}
