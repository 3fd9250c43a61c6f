import { type Html, html, nothing } from './template.ts'

/**
 * What must be read before any figure, such as `SIMULATED: produced by the simulator`: the word before the colon stands out.
 * Nothing for null.
 */
export function bannerHtml(words: string | null): Html {
  if (words === null) return nothing
  const [word = '', ...rest] = words.split(': ')
  return html`<p class="banner"><strong>${word}:</strong> ${rest.join(': ')}</p>`
}
