import type { SoakCard } from '../../../harness/record/schema/soak.ts'
import { attributes, type Html, html, joined } from '../../render/html/template.ts'
import { soakRows, soakWord } from './soak-rows.ts'

/** The cards of a soak: one column per card, one row per figure. */
export function soakCardTable(cards: readonly SoakCard[]): Html {
  const figures = cards.map(soakRows)
  const labels = figures[0]?.map(({ label }) => label) ?? []
  const cell = (text: string): Html => html`<td>${text}</td>`
  const list = (texts: readonly string[]): Html => html`<td>${texts.join('; ') || 'none'}</td>`
  const verdict = (card: SoakCard): Html =>
    html`<td${attributes({ class: toneOf(card) })}><span class="main">${soakWord(card)}</span></td>`
  return html`<table class="wordy"><thead><tr><th scope="col">Figure</th>${joined(
    cards.map(
      ({ index, name, uuid }) => html`<th scope="col">GPU ${index}<small>${name}</small><small>${uuid}</small></th>`,
    ),
  )}</tr></thead><tbody>
<tr><th scope="row">Verdict</th>${joined(cards.map(verdict))}</tr>
<tr><th scope="row">Reasons</th>${joined(cards.map(({ reasons }) => list(reasons)))}</tr>
<tr><th scope="row">Remarks</th>${joined(cards.map(({ remarks }) => list(remarks)))}</tr>
${joined(
  labels.map(
    (label, at) =>
      html`<tr><th scope="row">${label}</th>${joined(figures.map((rows) => cell(rows[at]?.value ?? '')))}</tr>`,
  ),
  '\n',
)}
</tbody></table>`
}

const tones = { accepted: 'good', rejected: 'bad', 'not-measured': 'warn' } as const
/** The class of a verdict. */
export const toneOf = ({ verdict }: Pick<SoakCard, 'verdict'>): string => tones[verdict]
