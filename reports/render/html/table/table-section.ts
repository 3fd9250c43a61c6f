import { type Cell, isSimulated, type Table } from '../../../tables/table.ts'
import { type Footnotes, footnotesOf, tableMarks } from '../../footnotes.ts'
import { formatCell, SIMULATED_MARK } from '../../format-cell.ts'
import { htmlId } from '../html-id.ts'
import { attributes, type Html, html, joined, nothing } from '../template.ts'

/** The level of the title of a table; `none` where the heading above it says the same. */
type TitleLevel = 2 | 3 | 'none'

/** One table as a section: caption, sortable heads, row heads, footnotes with links. */
export const tableSection = (table: Table): Html => titledTable(table, 2)

/** The same under a heading of its own level. */
function titledTable(table: Table, level: TitleLevel): Html {
  const id = htmlId(table.id)
  const notes = footnotesOf(table)
  const stamp = table.simulated ? html` <span class="stamp">SIMULATED</span>` : nothing
  const heads = table.columns.map(
    ({ head, align }) =>
      html`<th scope="col" class="${align}"><button type="button" class="sort">${head}</button></th>`,
  )
  const rows = table.rows.map((row) => {
    const cells = row.cells.map((cell, index) => cellHtml(cell, index, table, notes))
    return html`<tr data-row="${row.id}">${cells}</tr>`
  })
  const coded = table.rows.some((row) => row.cells.some(({ kind }) => kind === 'code'))
  const wordy = table.columns.every(({ align }) => align === 'left')
  const title =
    level === 'none'
      ? html`<p id="h-${id}" class="unseen">${table.title}</p>${stamp}`
      : level === 2
        ? html`<h2 id="h-${id}">${table.title}${stamp}</h2>`
        : html`<h3 id="h-${id}">${table.title}${stamp}</h3>`
  return html`<section aria-labelledby="h-${id}">
${title}
<div class="scroll" role="region" aria-label="${table.title}: table" tabindex="0">
<table id="t-${id}" class="${wordy ? 'wordy' : 'figures'}${coded ? ' coded' : ''}"><caption class="unseen">${table.title}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${joined(rows, '\n')}
</tbody></table></div>
${underTable(table, notes, id)}
</section>`
}

function cellHtml(cell: Cell, index: number, table: Table, notes: Footnotes): Html {
  const column = table.columns[index]!
  if (cell.kind === 'code') return codeHtml(cell.lines, column.id)
  const { main, sub, tone, footnote } = formatCell(cell)
  const number = notes.numberOf(footnote)
  const reference =
    number === null
      ? nothing
      : html`<sup><a href="#n-${htmlId(table.id)}-${number}" aria-label="note ${number}">${number}</a></sup>`
  const plain = isSimulated(cell) ? main.slice(0, -SIMULATED_MARK.length) : main
  const mark = isSimulated(cell) ? html`<abbr title="simulated">${SIMULATED_MARK}</abbr>` : nothing
  const small = sub === null ? nothing : html`<small>${sub}</small>`
  const own = attributes({
    class: column.align + (tone === 'plain' ? '' : ` ${tone}`),
    'data-column': column.id,
    'data-value': sortValue(cell),
  })
  const words = cell.kind === 'text' && cell.href !== undefined ? html`<a href="${cell.href}">${plain}</a>` : plain
  const content = html`<span class="main">${words}</span>${mark}${reference}${small}`
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

function underTable(table: Table, notes: Footnotes, id: string): Html {
  const footnotes = notes.texts.map((text, index) => html`<li id="n-${id}-${index + 1}">${text}</li>`)
  const others = [...tableMarks(table), ...table.notes].map((text) => html`<li>${text}</li>`)
  return joined([
    footnotes.length > 0 ? html`<ol class="notes">${footnotes}</ol>` : nothing,
    others.length > 0 ? html`<ul class="notes">${others}</ul>` : nothing,
  ])
}
