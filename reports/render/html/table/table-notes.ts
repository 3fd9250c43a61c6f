import { counted } from '../../../../harness/units.ts'
import type { Table } from '../../../tables/table.ts'
import { type TableText, tableText } from '../../grid/table-text.ts'
import { htmlId } from '../html-id.ts'
import { type Html, html, joined, nothing } from '../template.ts'

/*
 * Notes are popovers: on the screen a button opens each, by mouse, touch or keyboard and without a script. Their text is in
 * the document in reading order, so that paper has them as end notes.
 */

const idOf = (table: Pick<Table, 'id'>, which: string | number): string => `n-${htmlId(table.id)}-${which}`

/** The number of a footnote, which opens it. */
export const noteButton = (table: Pick<Table, 'id'>, number: number): Html =>
  html`<sup><button type="button" class="ref" popovertarget="${idOf(table, number)}" aria-label="Note ${number}">${number}</button></sup>`

/** The line under a table: what holds for all of its values, and the buttons of its notes and sources. */
export function underTable(table: Table, text: TableText): Html {
  const { notes, sources = [] } = table
  const marks = text.marks.map((line) => html`<p class="mark">${line}</p>`)
  const button = (which: string, count: number) =>
    html`<button type="button" class="more" popovertarget="${idOf(table, which)}" aria-label="${counted(count, which)}: ${table.title}">${counted(count, which)}</button>`
  const buttons = [
    ...(notes.length > 0 ? [button('note', notes.length)] : []),
    ...(sources.length > 0 ? [button('source', sources.length)] : []),
  ]
  if (marks.length + buttons.length === 0) return nothing
  return html`<div class="under">${marks}${buttons.length > 0 ? html`<p class="buttons">${joined(buttons, '\n')}</p>` : nothing}</div>`
}

/** The notes of one table: footnotes by number, then what is to be known of it, then its sources. */
export function tableNotes(table: Table): Html {
  const { footnotes } = tableText(table)
  const { notes, sources = [] } = table
  if (footnotes.length + notes.length + sources.length === 0) return nothing
  const items = footnotes.map((note, at) => html`<li id="${idOf(table, at + 1)}" popover>${note}</li>`)
  return html`<div class="notes-of"><h3>${table.title}</h3>
${items.length > 0 ? html`<ol class="notes">${items}</ol>` : nothing}${listNote(table, 'note', notes)}${listNote(table, 'source', sources)}</div>`
}

/** Several lines in one popover. */
function listNote(table: Table, which: 'note' | 'source', lines: readonly string[]): Html {
  if (lines.length === 0) return nothing
  const title = which === 'note' ? 'Notes' : 'Sources'
  const items = lines.map((line) => html`<li>${line}</li>`)
  return html`<div id="${idOf(table, which)}" popover><p class="notes-title">${title}: ${table.title}</p><ul class="notes">${items}</ul></div>`
}
