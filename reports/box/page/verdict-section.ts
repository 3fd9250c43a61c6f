import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import type { BoxResult, BoxVerdict, CardResult, JoinedResult, Reason } from '../result/box-result.ts'
import { wordOf } from '../result/verdict-of.ts'
import { cardNumbers, shortSlot } from '../text/card-name.ts'
import { verdictWords } from '../text/result-text.ts'

const tone: Readonly<Record<BoxVerdict, string>> = { accepted: 'good', rejected: 'bad', 'not-measured': 'warn' }

/** The verdict in words, for a simulated server as what a real one would be. */
function word({ verdict, wouldBe }: { readonly verdict: BoxVerdict; readonly wouldBe: BoxVerdict | null }): string {
  return wouldBe === null ? verdictWords[verdict] : `would be ${wouldBe.replace('-', ' ')}`
}

/** The verdict on the server and on each card, with reasons, likely causes and what to do. */
export function verdictSection(result: BoxResult): Html {
  const { cards, joined: sets, reasons } = result
  const shared = reasons.length === 0 ? nothing : reasonList(reasons)
  return html`<section class="verdict" aria-labelledby="h-verdict"><h2 id="h-verdict"${attributes({ class: tone[wordOf(result)] })}>${word(result)}</h2>
${shared}
<ul class="units">${joined(cards.map(cardItem), '\n')}${joined(
    sets.map((set) => joinedItem(set, cards)),
    '\n',
  )}</ul></section>`
}

function cardItem(card: CardResult): Html {
  const slot = card.slot === null ? '' : `, slot ${shortSlot(card.slot)}`
  const remarks =
    card.remarks.length === 0
      ? nothing
      : html`<ul class="remarks">${card.remarks.map((remark) => html`<li>${remark}</li>`)}</ul>`
  return html`<li><h3>GPU ${card.index ?? '?'} <span${attributes({ class: `word ${tone[wordOf(card)]}` })}>${word(card)}</span></h3><p class="small">${card.uuid}${slot}</p>${reasonList(card.reasons)}${remarks}</li>`
}

function joinedItem(set: JoinedResult, cards: readonly CardResult[]): Html {
  const own = cards.filter(({ uuid }) => set.cards.includes(uuid))
  const links = set.links === null ? nothing : html`<p class="small">over ${set.links}</p>`
  return html`<li><h3>${cardNumbers(own)} joined <span${attributes({ class: `word ${tone[wordOf(set)]}` })}>${word(set)}</span></h3>${links}${reasonList(set.reasons)}</li>`
}

/** More reasons than this say nothing new: the figures show the rest. */
const MOST_REASONS = 2

const reasonList = (reasons: readonly Reason[]): Html =>
  reasons.length === 0
    ? nothing
    : html`<ul class="reasons">${reasons
        .slice(0, MOST_REASONS)
        .map(
          ({ what, cause, fix }) =>
            html`<li>${what}${cause === null ? nothing : html`<br><b>Likely cause:</b> ${cause}`}${fix === null ? nothing : html`<br><b>What to do:</b> ${fix}`}</li>`,
        )}${reasons.length > MOST_REASONS ? html`<li>${reasons.length - MOST_REASONS} more, in the figures below</li>` : nothing}</ul>`
