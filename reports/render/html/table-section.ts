import { type Cell, isSimulated, type Table } from '../../tables/table.ts'
import { type Footnotes, footnotesOf } from '../footnotes.ts'
import { formatCell, SIMULATED_MARK, SIMULATED_NOTE } from '../format-cell.ts'
import { escapeHtml, htmlId } from './escape-html.ts'

/** One table as a section: caption, sortable heads, row heads, footnotes that link both ways. */
export function tableSection(table: Table): string {
  const id = htmlId(table.id)
  const notes = footnotesOf(table)
  const stamp = table.simulated ? ' <span class="stamp">SIMULATED</span>' : ''
  const heads = table.columns.map(
    ({ head, align }) =>
      `<th scope="col" class="${align}"><button type="button" class="sort">${escapeHtml(head)}</button></th>`,
  )
  const rows = table.rows.map((row) => {
    const cells = row.cells.map((cell, index) => cellHtml(cell, index, table, notes))
    return `<tr data-row="${escapeHtml(row.id)}">${cells.join('')}</tr>`
  })
  const coded = table.rows.some((row) => row.cells.some(({ kind }) => kind === 'code'))
  const wordy = table.columns.every(({ align }) => align === 'left')
  return `<section aria-labelledby="h-${id}">
<h2 id="h-${id}">${escapeHtml(table.title)}${stamp}</h2>
<div class="scroll" role="region" aria-label="${escapeHtml(table.title)}: table" tabindex="0">
<table id="t-${id}" class="${wordy ? 'wordy' : 'figures'}${coded ? ' coded' : ''}"><caption class="unseen">${escapeHtml(table.title)}</caption>
<thead><tr>${heads.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>
${underTable(table, notes, id)}
</section>`
}

function cellHtml(cell: Cell, index: number, table: Table, notes: Footnotes): string {
  const column = table.columns[index]!
  if (cell.kind === 'code') return codeHtml(cell.lines, column.id)
  const { main, sub, tone, footnote } = formatCell(cell)
  const number = notes.numberOf(footnote)
  const reference =
    number === null
      ? ''
      : `<sup><a href="#n-${htmlId(table.id)}-${number}" aria-label="note ${number}">${number}</a></sup>`
  const plain = isSimulated(cell) ? main.slice(0, -SIMULATED_MARK.length) : main
  const mark = isSimulated(cell) ? `<abbr title="simulated">${SIMULATED_MARK}</abbr>` : ''
  const small = sub === null ? '' : `<small>${escapeHtml(sub)}</small>`
  const value = sortValue(cell)
  const attributes = [
    `class="${column.align}${tone === 'plain' ? '' : ` ${tone}`}"`,
    `data-column="${escapeHtml(column.id)}"`,
    ...(value === null ? [] : [`data-value="${value}"`]),
  ].join(' ')
  const content = `<span class="main">${escapeHtml(plain)}</span>${mark}${reference}${small}`
  return index === 0 ? `<th scope="row" ${attributes}>${content}</th>` : `<td ${attributes}>${content}</td>`
}

/** A command that is copied by one click; the button needs the script and is hidden without it. */
const codeHtml = (lines: readonly string[], column: string): string =>
  `<td class="left" data-column="${escapeHtml(column)}"><pre><code>${lines.map(escapeHtml).join('\n')}</code></pre><button type="button" class="copy" hidden>Copy</button></td>`

/** What sorting goes by: the unrounded number, where a cell has one. */
function sortValue(cell: Cell): number | null {
  if (cell.kind === 'number' || cell.kind === 'ratio') return cell.value
  return cell.kind === 'money' ? cell.valueGbp : null
}

function underTable(table: Table, notes: Footnotes, id: string): string {
  const footnotes = notes.texts.map((text, index) => `<li id="n-${id}-${index + 1}">${escapeHtml(text)}</li>`)
  const others = [...(table.simulated ? [SIMULATED_NOTE] : []), ...table.notes].map(
    (text) => `<li>${escapeHtml(text)}</li>`,
  )
  return [
    footnotes.length > 0 ? `<ol class="notes">${footnotes.join('')}</ol>` : '',
    others.length > 0 ? `<ul class="notes">${others.join('')}</ul>` : '',
  ].join('')
}
