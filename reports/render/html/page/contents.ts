import { type Html, html, joined } from '../template.ts'
import type { Chapter } from './chapters.ts'

/** The contents beside the page, and folded at its top where there is no room beside it; a style shows one of them. */
export function contents(chapters: readonly Chapter[], hasAnswer: boolean): Html {
  const entries = [
    ...(hasAnswer ? [{ id: 'answer', title: 'Answer' }] : []),
    ...chapters.map(({ id, title }) => ({ id: `c-${id}`, title })),
  ]
  const list = html`<ol>${joined(
    entries.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`),
    '\n',
  )}</ol>`
  return html`<nav class="beside" aria-label="Contents">${list}
<button type="button" class="unfold" hidden>Unfold all</button></nav>
<nav class="above" aria-label="Contents, folded"><details><summary>Contents</summary>${list}</details></nav>`
}

/** On paper: which chapters are not, because they are folded. */
export const unprinted = (chapters: readonly Chapter[]): Html =>
  html`<p class="unprinted">Folded when this was printed: ${chapters.map(({ id, title }) => html`<span class="u-${id}">${title}. </span>`)}</p>`
