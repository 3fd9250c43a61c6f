import { metrics } from '../../harness/metrics/catalogue.ts'
import { ttftMetrics } from '../../harness/metrics/headline.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import { formatGbp, formatNumber } from '../render/format-cell.ts'
import { type Measured, measuredOf, stampOf } from '../tables/figure-cell.ts'
import { outOfMemory } from '../tables/oom-cell.ts'
import { ratioInterval } from '../tables/ratio-interval.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Table, text } from '../tables/table.ts'
import { workloadCell } from '../tables/workload-cell.ts'
import { cardMoney, decidingCost, hasFixedDemand } from './card-money.ts'

/**
 * Why one card alone is left: `memory` where every other card is out of memory, `slo` where some of them run the workload and
 * miss its SLO. Null where several are left, or none.
 */
export type Alone = 'memory' | 'slo' | null

/** Why there is no winner, where it is not a matter of cost: `slo` where no card meets the SLO, `unmeasured` where a card has no run. */
export type Open = 'slo' | 'unmeasured' | null

/** The winner of a workload, and why. */
export interface Winner {
  readonly scenario: ScenarioRow
  /** Null where there is no winner; `why` gives the reason. */
  readonly card: CardColumn | null
  /** One line for a cell: reasons without their evidence. */
  readonly why: string
  /** What the reasons rest on, for notes: the bytes, the message of a server. */
  readonly evidence: readonly string[]
  readonly alone: Alone
  readonly open: Open
  readonly runs: readonly RunRecord[]
}

interface Candidate {
  readonly card: CardColumn
  readonly run: RunRecord | null
  /** Why the card is excluded; null otherwise. */
  readonly out: string | null
  /** Excluded because it is out of memory. */
  readonly isOom?: true
  /** The evidence of either, where it is longer than a line. */
  readonly evidence?: string
  /** Why it is unknown whether the card qualifies; then there is no winner. */
  readonly unknown: string | null
  readonly cost: Measured | null
  /** Why the cost is unknown, such as a missing price. */
  readonly costReason?: string
}

/**
 * The winner of a workload by rule: of the cards that ran it and met its SLO, the one with the lowest cost per million
 * output tokens, or per month where the demand is fixed; no winner where the interval of the ratio of the two lowest costs
 * contains 1.
 */
export function winnerOf(scenario: ScenarioRow, selection: Selection, facts: Facts): Winner {
  const all = selection.cards.map((card) => candidate(scenario, card, selection, facts))
  const unknown = all.flatMap(({ card, unknown: reason }) => (reason === null ? [] : [`${card.label}: ${reason}`]))
  if (unknown.length > 0) {
    const open = all.every(({ unknown: reason }) => reason === null || reason === NOT_MEASURED) ? 'unmeasured' : null
    return { scenario, runs: [], card: null, alone: null, open, why: unknown.join('; '), evidence: [] }
  }
  const fit = all.filter(({ out }) => out === null)
  const runs = fit.flatMap(({ run }) => (run === null ? [] : [run]))
  const outs = all.flatMap(({ card, out }) => (out === null ? [] : [`${card.label}: ${out}`]))
  const [only] = fit
  const named = { scenario, runs, open: null, evidence: all.flatMap((at) => at.evidence ?? []) }
  if (only === undefined) {
    const open = all.some(({ out, isOom }) => out !== null && isOom !== true) ? 'slo' : null
    return { ...named, card: null, alone: null, open, why: outs.join('; ') || 'no card was given' }
  }
  if (fit.length === 1) {
    const decided = outs.length > 0
    return {
      ...named,
      card: decided ? only.card : null,
      alone: decided ? aloneBy(all.filter(({ out }) => out !== null)) : null,
      why: decided ? outs.join('; ') : 'only one card was measured',
    }
  }
  const { reasons = [], ...found } = cheapest(fit, outs, scenario)
  return { ...named, alone: null, ...found, evidence: [...named.evidence, ...reasons] }
}

/** Why a card does not count for a workload. */
export interface Excluded {
  /** Its memory, a limit of the SLO that it missed, or why that is unknown. */
  readonly reason: string
  /** False where it is unknown whether the card qualifies. */
  readonly isKnown: boolean
}

/** Whether the rule for winners excludes a card from a workload; null where it counts. */
export function excludedBy(
  scenario: ScenarioRow,
  card: CardColumn,
  selection: Selection,
  facts: Facts,
): Excluded | null {
  const { out, unknown } = candidate(scenario, card, selection, facts)
  const reason = out ?? unknown
  return reason === null ? null : { reason, isKnown: out !== null }
}

const NOT_MEASURED = 'not measured'

/** Why one card is left, from the cards that are out. */
const aloneBy = (outs: readonly Pick<Candidate, 'isOom'>[]): Alone =>
  outs.every(({ isOom }) => isOom === true) ? 'memory' : 'slo'

function cheapest(
  fit: readonly Candidate[],
  outs: readonly string[],
  scenario: ScenarioRow,
): Pick<Winner, 'card' | 'why'> & { readonly reasons?: readonly string[] } {
  const isFixed = hasFixedDemand(scenario)
  const unit = workloadUnit(scenario.sample.scenario.kind)
  const priced = fit
    .flatMap(({ card, cost, run }) => (cost === null ? [] : [{ card, cost, run }]))
    .toSorted((a, b) => a.cost.value - b.cost.value)
  const [best, next] = priced
  if (best === undefined || next === undefined || priced.length < fit.length) {
    const reasons = [...new Set(fit.flatMap(({ costReason }) => costReason ?? []))]
    return {
      card: null,
      why: `cost per ${isFixed ? 'month' : unit.each} is unknown for some of the cards that can run it`,
      reasons,
    }
  }
  const factor = next.cost.value / best.cost.value
  const digits = isFixed ? 0 : unit.count === 1 ? 9 : 4
  const gbp = (at: { cost: Measured }) => formatGbp(at.cost.value, digits)
  const price = `${gbp(best)} against ${gbp(next)} (${next.card.label}) per ${isFixed ? 'month' : unit.priced}`
  const interval = ratioInterval(next.cost, best.cost)
  if (factor < CLOSE || (interval !== null && interval[0] <= 1))
    return { card: null, why: `too close to call: ${price}` }
  const rest = outs.length > 0 ? `; ${outs.join('; ')}` : ''
  if (isFixed) return { card: best.card, why: `${servedBy(priced.length)} this demand; ${price}${rest}` }
  return { card: best.card, why: `${formatNumber(factor, 2)}x cheaper: ${price}${rest}` }
}

/** Two figures closer than this have no winner. */
export const CLOSE = 1.03

/** How many cards serve a demand. */
const servedBy = (cards: number): string => (cards === 2 ? 'both serve' : `all ${cards} serve`)

function candidate(scenario: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Candidate {
  const run = selection.runOf(scenario.name, card.key)
  // Out of memory is a result: this card cannot run the workload, whatever the rest of the record says.
  const oom = outOfMemory(scenario, card, selection, facts)
  if (oom !== null)
    return {
      card,
      run: null,
      cost: null,
      out: oom.reason,
      isOom: true,
      evidence: `${scenario.title}: ${oom.evidence}`,
      unknown: null,
    }
  if (run === null) {
    return { card, run, cost: null, out: null, unknown: NOT_MEASURED }
  }
  const at = cardMoney(card, selection, facts, scenario)
  const cost = decidingCost(at, scenario)
  const known = 'value' in cost ? { cost: cost.value } : { cost: null, costReason: cost.reason }
  return { card, run, ...sloOf(run), ...known }
}

/** The SLO limit of the scenario that a run did not meet; compared with medians. */
function sloOf(run: RunRecord): Pick<Candidate, 'out' | 'unknown' | 'evidence'> {
  if (run.status !== 'complete')
    return {
      out: null,
      unknown: run.status === 'failed' ? 'the run failed' : `the run is ${run.status}`,
      ...(run.failure === undefined ? {} : { evidence: `${run.id}: ${run.failure}` }),
    }
  const medians = [
    ['ttftMs', ttftMetrics(run.scenario).median],
    ['tpotMs', 'tpotMsP50'],
    ['e2eMs', 'e2eMsP50'],
  ] as const
  for (const [latency, key] of medians) {
    const limitMs = run.scenario.slo?.[latency]
    if (limitMs === undefined) continue
    const known = measuredOf(run, key)
    if ('reason' in known)
      return { out: null, unknown: `${metrics[key].label} is unknown`, evidence: `${run.id}: ${known.reason}` }
    const ms = known.value.value
    if (ms > limitMs) {
      return {
        out: `${metrics[key].label}: ${formatNumber(ms, 0)} ms exceeds the limit of ${limitMs} ms`,
        unknown: null,
      }
    }
  }
  return { out: null, unknown: null }
}

/** The article's "Per-workload winner table" with computed reasons. */
export function winnersTable(winners: readonly Winner[]): Table {
  return buildTable({
    id: 'winners',
    title: 'Winner by workload',
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: (at: Winner) => workloadCell(at.scenario) },
      {
        id: 'winner',
        head: 'Winner',
        align: 'left',
        cell: (at) => (at.card === null ? text('none') : { ...text(at.card.label), ...stampOf(...at.runs) }),
      },
      { id: 'why', head: 'Why', align: 'left', cell: (at) => ({ ...text(at.why), ...stampOf(...at.runs) }) },
    ],
    rows: winners,
    rowId: (at) => at.scenario.name,
    notes: [
      'Rule: of the cards that can run the workload and met its SLO (medians), the one with the lowest cost per million output tokens, image or step, or per month where the demand is fixed. A card that is out of memory never wins. There is no winner where the difference is below 3 % or within the intervals.',
      ...new Set(winners.flatMap(({ evidence }) => evidence)),
    ],
  })
}
