import { tableSection } from '../../render/html/table/table-section.ts'
import { type Html, html, joined, nothing } from '../../render/html/template.ts'
import { buildTable, type Cell, type Table, text } from '../../tables/table.ts'

/** A moment as people read it, in UTC; a dash for one that is not known. */
export const moment = (iso: string | null): string =>
  iso === null ? '—' : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`.trim()

/** A text that leads to another page. */
export const linkCell = (words: string, href: string, detail?: string): Cell => ({
  kind: 'text',
  text: words,
  href,
  ...(detail === undefined || detail === '' ? {} : { detail }),
})

/** A count or an amount without a unit. */
export const count = (value: number): Cell => ({ kind: 'number', value, unit: '', digits: 0 })

/** What is known of one thing, a fact a row. */
export const factsTable = (id: string, title: string, facts: readonly (readonly [string, string | Cell])[]): Table =>
  buildTable({
    id,
    title,
    rows: facts,
    rowId: ([name]) => name,
    columns: [
      { id: 'fact', head: 'Fact', align: 'left', cell: ([name]) => text(name) },
      {
        id: 'value',
        head: 'Value',
        align: 'left',
        cell: ([, value]) => (typeof value === 'string' ? text(value) : value),
      },
    ],
  })

/** A form of one or more queries, sent as an address: it can be kept as a bookmark. */
export function queryForm({
  action,
  fields,
  hidden,
  button,
  help,
}: {
  readonly action: string
  readonly fields: readonly { readonly name: string; readonly label: string; readonly value: string }[]
  readonly hidden: Readonly<Record<string, string>>
  readonly button: string
  readonly help: string
}): Html {
  const inputs = fields.map(
    ({ name, label, value }) =>
      html`<label>${label}<input name="${name}" value="${value}" autocomplete="off" spellcheck="false" autocapitalize="none"></label>`,
  )
  const kept = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form class="ask" method="get" action="${action}">${inputs}${kept}<button class="button">${button}</button><p>${help}</p></form>`
}

/** Lines below a title; nothing for none. */
export const listSection = (id: string, title: string, lines: readonly (Html | string)[]): Html =>
  lines.length === 0
    ? nothing
    : html`<section aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2><ul class="jump">${joined(
        lines.map((line) => html`<li>${line}</li>`),
        '\n',
      )}</ul></section>`

/** A table; a sentence in its place where it would have no row. */
export const tableOr = (table: Table, sentence: string): Html =>
  table.rows.length > 0
    ? tableSection(table)
    : html`<section aria-labelledby="h-${table.id}"><h2 id="h-${table.id}">${table.title}</h2><p>${sentence}</p></section>`

/** What a query may say, for the forms. */
export const QUERY_HELP =
  'Conditions such as card=rtx-4090 host=gpu* since=30d driver=590.* scenario=rag-* last=200 (docs/store.md); empty: all.'

/** A line for a page that shows fewer runs than there are. */
export const portionLine = (shown: number, asked: number): Html =>
  shown >= asked
    ? nothing
    : html`<p class="quiet">The newest ${shown} of ${asked} runs are taken; a narrower query takes those that it names.</p>`
