import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { capacityOf } from '../../harness/size/capacity.ts'
import type { ServerMoney } from '../../harness/size/offer.ts'
import type { Facts } from '../facts.ts'
import { labelOf } from '../tables/selection.ts'
import type { CardAnswer } from './answer-types.ts'
import { expectedLoads } from './expected.ts'
import { type Found, measuredAnswer, whyUnused } from './measured-answer.ts'
import { type MeasuredLine, measuredLines } from './measured-lines.ts'
import { askedLoadOf, type SizeCase } from './size-case.ts'

/** What answers are made from. */
export interface SizeSources {
  readonly runs: readonly RunRecord[]
  /** Cards that are asked about besides those of the runs. */
  readonly cards: readonly CardEntry[]
  readonly facts: Facts
}

/** An answer for every card that was measured or asked about. Throws `bad-input` for live runs beside simulated ones. */
export function cardAnswers(asked: SizeCase, { runs, cards, facts }: SizeSources): CardAnswer[] {
  refuseMixed(runs)
  const byCard = Map.groupBy(measuredLines(runs), ({ cardKey }) => cardKey)
  const keys = [...new Set([...byCard.keys(), ...cards.map(({ key }) => key)])]
  return keys.map((key) => {
    const lines = byCard.get(key) ?? []
    const card = facts.card(key)
    const label = lines[0] === undefined ? (card?.label ?? key) : labelOf(lines[0].runs[0]!, facts)
    return answerOf({ key, label, card, lines }, asked, facts)
  })
}

function refuseMixed(runs: readonly RunRecord[]): void {
  const [live, simulated] = ['live', 'simulated'].map((source) => runs.find((run) => run.source === source))
  if (live === undefined || simulated === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `${simulated.id} is simulated and ${live.id} is live: give runs of one kind, because no figure is made of both`,
  )
}

interface AskedCard {
  readonly key: string
  readonly label: string
  readonly card: CardEntry | null
  readonly lines: readonly MeasuredLine[]
}

function answerOf({ key, label, card, lines }: AskedCard, asked: SizeCase, facts: Facts): CardAnswer {
  const measured = lines.length === 0 ? null : measuredAnswer(lines, card, asked)
  const found =
    measured ?? (card === null ? { reason: 'the card is not in the catalogue' } : expectedAnswer(card, asked, lines))
  if ('reason' in found) {
    return {
      ...{ key, label, reason: found.reason, gpus: 1, basis: null, from: '', server: null, limitedBy: null },
      ...{ inFlight: null, notes: [], simulated: false, runs: [], whyNotQuotable: found.reason },
      money: moneyOf(key, asked, facts, { gpus: 1, loadW: null }),
    }
  }
  const { loadW, ...rest } = found
  return { ...rest, key, label, reason: null, money: moneyOf(key, asked, facts, { gpus: found.gpus, loadW }) }
}

/** What `predict` expects of a card, played as if it had been measured. */
function expectedAnswer(
  card: CardEntry,
  asked: SizeCase,
  lines: readonly MeasuredLine[],
): Found | { readonly reason: string } {
  const scenario = asked.scenarioFor(card.key)
  const expected = expectedLoads(scenario, card)
  if ('reason' in expected) return expected
  const { loads, limits, gpus, loadWAt } = expected
  const capacity = capacityOf(loads, { limits, asked: askedLoadOf(asked, scenario) })
  const unused = lines.length > 0 ? [whyUnused(lines, scenario)] : []
  return {
    basis: 'expected',
    from: 'no run: expected from its datasheet and from public measurements of others, as `predict` does',
    server: { value: capacity.value, ci95: capacity.ci95, conservative: capacity.conservative },
    limitedBy: capacity.limitedBy,
    inFlight: capacity.inFlight.mean,
    notes: unused,
    gpus,
    simulated: false,
    runs: [],
    whyNotQuotable: 'EXPECTED: nothing was measured',
    loadW: loadWAt(capacity.inFlight.mean),
  }
}

function moneyOf(
  key: string,
  { rentsGbp, config }: SizeCase,
  facts: Facts,
  { gpus, loadW }: { readonly gpus: number; readonly loadW: number | null },
): ServerMoney {
  const price = facts.priceGbp(key)
  const own = config.prices?.[key]
  const idleW = facts.card(key)?.idleW?.value
  // a purchase price that joulemark.yaml states wins over its rent, as in a quote
  const ownRent = own?.purchaseGbp === undefined ? own?.rentGbpPerMonth : undefined
  return {
    rentGbpPerMonth: rentsGbp[key] ?? null,
    cardRentGbpPerMonth: ownRent === undefined ? null : ownRent * gpus,
    priceGbp: price === null ? null : price.value * gpus,
    loadW,
    idleW: idleW === undefined ? null : idleW * gpus,
  }
}
