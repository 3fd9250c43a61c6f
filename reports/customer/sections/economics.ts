import type { CostSide } from '../../../harness/metrics/cost.ts'
import { comparisonCharts } from '../../charts/comparison-charts.ts'
import { type CrossingSide, crossingOf, crossingText } from '../../charts/crossing.ts'
import { type CardMoney, cardMoney, moneyModel, unitCost } from '../../comparison/card-money.ts'
import { economicsScenario, economicsTable } from '../../comparison/economics.ts'
import { assumptionsText, priceNote } from '../../comparison/economics-notes.ts'
import { basisNotes, powerBasis } from '../../comparison/power-basis.ts'
import { formatGbp } from '../../render/format-cell.ts'
import { forCustomer } from '../customer-table.ts'
import { type Block, paragraph, type Section, tableBlock } from '../document.ts'
import type { Subject } from '../subject.ts'

/** "Power and £/token economics", with the sentence that follows from its last row. */
export function economics(subject: Subject): Section | null {
  const { selection, facts } = subject
  const scenario = economicsScenario(selection)
  if (scenario === null) return null
  const columns = selection.cards.map((card) => cardMoney(card, selection, facts, scenario))
  const table = forCustomer(economicsTable(selection, facts, scenario), {
    title: `Power and cost: ${scenario.title}`,
    notes: [
      assumptionsText(facts),
      ...basisNotes(powerBasis(selection, scenario), selection),
      ...columns.flatMap(({ card }) => priceNote(card, facts)),
    ],
  })
  const money = moneyModel(selection, facts, scenario)
  const [chart] = comparisonCharts(selection, facts, { model: money, scenario }, new Map()).list.filter(
    ({ id }) => id === 'cost',
  )
  return {
    id: 'economics',
    title: 'Power and £/token economics',
    blocks: [
      ...tableBlock(table),
      ...costTexts(columns, subject),
      ...(chart === undefined ? [] : [{ kind: 'chart' as const, chart }]),
    ],
  }
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
    const first =
      factor < 1.03
        ? `${best.at.card.label} and ${at.card.label} cost the same per token: ${money}.`
        : `The ${best.at.card.label} wins on £ per token by a factor of ${factor.toFixed(2)}: ${money}.`
    const [a, b] = [sideOf(best.at), sideOf(at)]
    const second =
      a === null || b === null ? '' : ` ${best.at.card.label} and ${at.card.label} ${crossingText(crossingOf(a, b))}.`
    return [paragraph(first + second)]
  })
}

function sideOf(at: CardMoney): CrossingSide | null {
  if (!('value' in at.money && 'value' in at.power && 'value' in at.throughput)) return null
  const side: CostSide = {
    inputs: at.money.value,
    loadW: at.power.value.value,
    outputTokensPerS: at.throughput.value.value,
  }
  return { ...side, ci95: at.throughput.value.ci95 }
}
