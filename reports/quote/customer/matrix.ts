import { attributes, type Html, html } from '../../render/html/template.ts'
import type { CustomerOption } from './document-schema.ts'

/** A table with a column per option; on a narrow screen each row becomes a list of options. */
export function matrix(
  options: readonly CustomerOption[],
  bodies: readonly Html[],
  { corner, firstMm }: { readonly corner: string; readonly firstMm: number },
): Html {
  const isMany = options.length > 1
  const heads = isMany
    ? options.map(({ name }) => html`<th scope="col">${name}</th>`)
    : html`<th scope="col">Promise</th>`
  const look = { class: isMany ? 'matrix many' : 'matrix', style: `--first:${firstMm}mm` }
  return html`<table${attributes(look)}><thead><tr><th scope="col">${corner}</th>${heads}</tr></thead>${bodies}</table>`
}

/** Characters beyond which a text that is the same for all options stands once, across their columns. */
const LONG_TEXT = 40

/** A row of such a table: a text per option, null where there is none. A long text that is the same for all options stands once. */
export function optionRow(
  label: string | Html,
  options: readonly CustomerOption[],
  texts: readonly (string | null)[],
): Html {
  const [first = null] = texts
  const isSame =
    options.length > 1 && first !== null && first.length > LONG_TEXT && texts.every((text) => text === first)
  const cells = isSame
    ? html`<td${attributes({ colspan: options.length, 'data-option': 'each option' })}><span>Each option: ${first}</span></td>`
    : options.map(({ name }, place) => optionCell(name, html`${texts[place] ?? '–'}`))
  return html`<tr><th scope="row">${label}</th>${cells}</tr>`
}

export const optionCell = (option: string, value: Html): Html =>
  html`<td data-option="${option}"><span>${value}</span></td>`
