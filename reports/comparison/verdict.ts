import { counted } from '../../harness/units.ts'
import type { Facts } from '../facts.ts'
import { stampOf } from '../tables/figure-cell.ts'
import type { CardColumn, Selection } from '../tables/selection.ts'
import { buildTable, type Table, text } from '../tables/table.ts'
import type { Winner } from './winners.ts'

interface Rule {
  readonly id: string
  readonly card: CardColumn
  readonly pick: string
  readonly because: string
  readonly fired: readonly Winner[]
}

/** The verdict as rules, each with the workloads it applies to; rules without workloads are not shown. */
export function verdictTable(winners: readonly Winner[], selection: Selection, facts: Facts): Table | null {
  const rules = selection.cards.flatMap((card) => rulesOf(card, winners, facts))
  if (rules.length === 0) return null
  return buildTable({
    id: 'verdict',
    title: 'Verdict',
    columns: [
      {
        id: 'pick',
        head: 'Pick',
        align: 'left',
        cell: (rule: Rule) => ({
          ...text(rule.card.label),
          ...stampOf(...rule.fired.flatMap((winner) => winner.runs)),
        }),
      },
      { id: 'when', head: 'When', align: 'left', cell: (rule) => text(rule.pick) },
      {
        id: 'because',
        head: 'Because',
        align: 'left',
        cell: (rule) => ({ ...text(rule.because), ...stampOf(...rule.fired.flatMap((winner) => winner.runs)) }),
      },
    ],
    rows: rules,
    rowId: (rule) => rule.id,
    notes: ['The reason for each workload is in "Winner by workload".'],
  })
}

function rulesOf(card: CardColumn, winners: readonly Winner[], facts: Facts): Rule[] {
  const won = winners.filter((winner) => winner.card?.key === card.key)
  const [alone, withinSlo, cheaper] = (['memory', 'slo', null] as const).map((why) =>
    won.filter((winner) => winner.alone === why),
  ) as [Winner[], Winner[], Winner[]]
  const say = (list: readonly Winner[]) =>
    `${counted(list.length, 'workload')}: ${list.map((winner) => winner.scenario.title).join('; ')}`
  const use = `at ${facts.money.utilisation * 100} % utilisation and £${facts.money.tariffGbpPerKwh}/kWh`
  return [
    ...(alone.length > 0
      ? [
          {
            id: `${card.key}-alone`,
            card,
            pick: 'no other card here can run the workload',
            because: say(alone),
            fired: alone,
          },
        ]
      : []),
    ...(withinSlo.length > 0
      ? [
          {
            id: `${card.key}-slo`,
            card,
            pick: 'no other card here meets the SLO of the workload',
            because: say(withinSlo),
            fired: withinSlo,
          },
        ]
      : []),
    ...(cheaper.length > 0
      ? [
          {
            id: `${card.key}-cheaper`,
            card,
            pick: `cost decides, per unit of output or per month of a fixed demand, ${use}`,
            because: say(cheaper),
            fired: cheaper,
          },
        ]
      : []),
  ]
}
