import { type Html, html, joined, nothing } from '../render/html/template.ts'

/* Pieces of the two pages of a quote. */

export const fact = (label: string, value: string | Html | null): Html =>
  value === null ? nothing : html`<div><dt>${label}</dt><dd>${value}</dd></div>`

/** A text whose lines were written on several lines, such as an address. */
export const linesOf = (text: string): Html =>
  joined(
    text
      .split(/\r?\n/)
      .map((line) => html`${line}`)
      .flatMap((line, place) => (place === 0 ? [line] : [html`<br>`, line])),
  )

export const longDate = (date: string): string =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  })

/** Words with spaces that a line never breaks at. */
export const unbroken = (text: string): Html => joined(text.split(' '), '&nbsp;')
