import { isSwept, type Workload, workloadsOf } from '../answer/workloads.ts'
import { cardMoney, hasFixedDemand, monthlyCost } from '../comparison/card-money.ts'
import { type Alone, CLOSE, type Open, winnerOf } from '../comparison/winners.ts'
import type { Facts } from '../facts.ts'
import { formatGbp } from '../render/format-cell.ts'
import { outOfMemory } from '../tables/oom-cell.ts'
import type { CardColumn, Selection } from '../tables/selection.ts'
import { loadText, type Reached, ranAt, reachedOf } from './workloads.ts'

/** The winner of a workload of the page; for a sweep, of its loads together. */
export interface WorkloadWinner {
  readonly workload: Workload
  readonly card: CardColumn | null
  readonly why: string
  readonly alone: Alone
  /** No card runs it, or none within its SLO. */
  readonly none: boolean
  /** Why there is no winner, where it is not a matter of cost. */
  readonly open?: Open
}

/** The winner of each workload, by the rule of the report for the lab; a sweep is decided by the cost of the load that each card reaches. */
export const workloadWinners = (selection: Selection, facts: Facts): WorkloadWinner[] =>
  workloadsOf(selection).map((workload) =>
    isSwept(workload) && workload.rows.every(hasFixedDemand)
      ? sweptWinner(workload, selection, facts)
      : plainWinner(workload, selection, facts),
  )

function plainWinner(workload: Workload, selection: Selection, facts: Facts): WorkloadWinner {
  // of a sweep without a fixed demand the highest load that every card was measured at
  const shared = workload.rows.filter(({ name }) => selection.cards.every(({ key }) => selection.runOf(name, key)))
  const row = shared.at(-1) ?? workload.rows.at(-1)!
  const { card, why, alone, open } = winnerOf(row, selection, facts)
  const isOom = selection.cards.every((each) => outOfMemory(row, each, selection, facts) !== null)
  // the answer is that of one load, so the load is named
  const named = isSwept(workload) ? { ...workload, title: row.title } : workload
  return { workload: named, card, why, alone, open, none: isOom }
}

interface Side {
  readonly card: CardColumn
  readonly reached: Reached
  /** GBP per month and unit of load. */
  readonly gbp: number | null
}

function sweptWinner(workload: Workload, selection: Selection, facts: Facts): WorkloadWinner {
  const outs: string[] = []
  let missesSlo = false
  const sides: Side[] = []
  for (const card of selection.cards) {
    const reached = reachedOf(workload, card, selection)
    if (reached !== null) {
      const row = workload.rows.find(({ name }) => name === reached.run.scenario.name)!
      const cost = monthlyCost(cardMoney(card, selection, facts, row))
      sides.push({ card, reached, gbp: 'value' in cost ? cost.value.value / reached.load : null })
      continue
    }
    const ran = ranAt(workload, card, selection)
    const oom = workload.rows.map((row) => outOfMemory(row, card, selection, facts)).find((each) => each !== null)
    if (oom === undefined && !ran)
      return { workload, card: null, alone: null, none: false, why: `${card.label}: not measured` }
    missesSlo ||= ran
    outs.push(`${card.label}: ${ran ? 'within the SLO at no load that was tried' : oom?.reason}`)
  }
  const [only, other] = sides
  const rest = outs.length === 0 ? '' : `; ${outs.join('; ')}`
  if (only === undefined) return { workload, card: null, alone: null, none: true, why: outs.join('; ') }
  if (other === undefined)
    return {
      workload,
      card: outs.length === 0 ? null : only.card,
      alone: outs.length === 0 ? null : missesSlo ? 'slo' : 'memory',
      none: false,
      why: `${loadText(only.reached)}${rest || '; only one card was measured'}`,
    }
  return { workload, none: false, alone: null, ...cheapestSide(sides, rest) }
}

type Priced = Side & { readonly gbp: number }

/**
 * Whether a card may yet be cheaper than the best one: it served the highest load that was tried on it, so its cost per unit of
 * load is only a bound, and the best one reached its limit or was tried at a higher load.
 */
const isOpen = (best: Reached, other: Reached): boolean =>
  other.isHighestTried && (!best.isHighestTried || other.load < best.load)

function cheapestSide(sides: readonly Side[], rest: string): Pick<WorkloadWinner, 'card' | 'why'> {
  const known = sides.flatMap((side): Priced[] => (side.gbp === null ? [] : [{ ...side, gbp: side.gbp }]))
  if (known.length < sides.length) return { card: null, why: `cost per month is unknown for some cards${rest}` }
  const [best, ...others] = known.toSorted((a, b) => a.gbp - b.gbp) as [Priced, ...Priced[]]
  const [next] = others as [Priced]
  const sideText = ({ card, reached, gbp }: Priced) =>
    `${card.label} ${loadText(reached)} for ${formatGbp(gbp * reached.load, 0)} per month`
  const compared = `${sideText(best)}, ${sideText(next)}`
  if (next.gbp / best.gbp < CLOSE) return { card: null, why: `too close to call: ${compared}${rest}` }
  const open = others.find((other) => isOpen(best.reached, other.reached))
  if (open !== undefined) {
    const why = `undecided, no higher load was tried on the ${open.card.label}: ${sideText(best)}, ${sideText(open)}${rest}`
    return { card: null, why }
  }
  return { card: best.card, why: `${compared}${rest}` }
}
