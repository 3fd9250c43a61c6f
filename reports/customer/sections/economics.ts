import type { Sourced } from '../../../harness/catalogue/types.ts'
import { COST_LABEL, costChart } from '../../charts/cost-chart.ts'
import { type CardMoney, cardMoney, moneyModel, unitCost } from '../../comparison/card-money.ts'
import { economicsScenario, economicsTable } from '../../comparison/economics.ts'
import { assumptionsText, countNote, limitNote } from '../../comparison/economics-notes.ts'
import { basisNotes, powerBasis } from '../../comparison/power-basis.ts'
import type { Facts } from '../../facts.ts'
import { formatGbp } from '../../render/format-cell.ts'
import type { CardColumn } from '../../tables/selection.ts'
import { forCustomer } from '../customer-table.ts'
import { type Block, paragraph, type Section, tableBlock } from '../document.ts'
import type { Subject } from '../subject.ts'

/** A customer who has an offer in hand must not take these figures for what the offer should cost. */
const NO_PRICE = 'Costs of the cards alone and of their electricity, without the server around them: not a price.'

/** "Power and £/token economics", with the sentence that follows from its last row. */
export function economics(subject: Subject): Section | null {
  const { selection, facts } = subject
  const scenario = economicsScenario(selection)
  if (scenario === null) return null
  const columns = selection.cards.map((card) => cardMoney(card, selection, facts, scenario))
  const table = forCustomer(economicsTable(selection, facts, scenario), {
    title: `Power and cost: ${scenario.title}`,
    notes: [
      NO_PRICE,
      ownWords(assumptionsText(facts)),
      ...basisNotes(powerBasis(selection, scenario), selection),
      ...columns.flatMap((at) => [...priceNotes(at.card, facts), ...limitNote(at), ...countNote(at)]),
    ],
  })
  const order = new Map(selection.cards.map(({ key }, index) => [key, index]))
  const chart = costChart(
    moneyModel(selection, facts, scenario),
    (key) => order.get(key) ?? 0,
    `${COST_LABEL}: ${scenario.title}`,
    table.simulated,
  )
  return {
    id: 'economics',
    title: 'Power and £/token economics',
    blocks: [
      ...tableBlock(table),
      ...costTexts(columns, subject),
      ...(chart === null ? [] : [{ kind: 'chart' as const, chart }]),
    ],
  }
}

/** Assumptions of the vendor are called so; the names of our flags and files are not for the page. */
const ownWords = (text: string): string => text.replaceAll(/joulemark\.yaml: |set by the user: /g, 'our own: ')

/** Sources that mean the vendor: a flag, and joulemark.yaml. */
const isOwn = ({ source, kind }: Sourced): boolean => kind === 'own' || source === 'given on the command line'

function priceNotes({ key, label }: CardColumn, facts: Facts): string[] {
  const price = facts.priceGbp(key)
  if (price === null) return []
  const from = isOwn(price) ? 'our own price' : `${price.source}, ${price.date}`
  return [`Price of the ${label}: ${formatGbp(price.value, 0)} (${from}).`]
}

function costTexts(columns: readonly CardMoney[], { facts }: Subject): Block[] {
  const priced = columns.flatMap((at) => {
    const cost = unitCost(at)
    return 'value' in cost ? [{ at, gbp: cost.value.value }] : []
  })
  const [best, ...others] = priced.toSorted((a, b) => a.gbp - b.gbp)
  if (best === undefined || others.length === 0) return []
  const use = `at ${Number((facts.money.utilisation * 100).toPrecision(3))} % utilisation`
  return others.flatMap(({ at, gbp }) => {
    const factor = gbp / best.gbp
    const money = `${formatGbp(best.gbp, 4)} against ${formatGbp(gbp, 4)} per million output tokens ${use}`
    const text =
      factor < 1.03
        ? `${best.at.card.label} and ${at.card.label} cost the same per token: ${money}.`
        : `The ${best.at.card.label} wins on £ per token by a factor of ${factor.toFixed(2)}: ${money}.`
    return [paragraph(text)]
  })
}
