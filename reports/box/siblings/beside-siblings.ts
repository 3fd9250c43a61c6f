import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { heldAgainstOthers } from '../../../harness/verdict/siblings.ts'
import type { Comparison } from '../result/box-result.ts'
import { partOf, runsOfCard } from '../result/evidence.ts'
import { cardState } from './card-state.ts'
import { type ComparedFigure, comparedFigures, decides, worseBy } from './compared.ts'
import { likelyCause } from './differences.ts'
import { siblingSpread } from './spreads.ts'

/** A card with its runs in one part. */
interface CardRuns {
  readonly uuid: string
  readonly runs: readonly RunRecord[]
}

/**
 * The cards of one server against each other, by their UUIDs: every figure of a card against the median of the others with
 * the same model and edition, in the same part and scenario. Null margins and single cards have no comparison.
 */
export function besideSiblings(records: readonly RunRecord[], uuids: readonly string[]): Map<string, Comparison[]> {
  const found = new Map<string, Comparison[]>(uuids.map((uuid) => [uuid, []]))
  for (const part of ['alone', 'together'] as const) {
    const cards = uuids
      .map((uuid) => ({ uuid, runs: runsOfCard(records, uuid).filter((run) => partOf(run) === part) }))
      .filter(({ runs }) => runs.length > 0)
    // an edition is a card of its own in the catalogue
    for (const same of Map.groupBy(cards, ({ runs }) => runs[0]?.card.key ?? runs[0]?.card.name ?? '').values()) {
      for (const [uuid, comparisons] of comparedInPart(same, part, records)) found.get(uuid)?.push(...comparisons)
    }
  }
  return found
}

function comparedInPart(
  cards: readonly CardRuns[],
  part: 'alone' | 'together',
  records: readonly RunRecord[],
): Map<string, Comparison[]> {
  const states = new Map(cards.map(({ uuid, runs }) => [uuid, cardState(runs, runsOfCard(records, uuid))]))
  const all = cards.flatMap(({ uuid, runs }) => comparedFigures(runs).map((figure) => ({ uuid, figure })))
  const groups = [
    ...Map.groupBy(all, ({ figure }) => `${figure.scenarioSha256} ${figure.scenario} ${figure.metric}`).values(),
  ].filter((group) => group.length > 1)
  const tests = groups.filter(([first]) => first && decides(first.figure)).length * cards.length
  const found = new Map<string, Comparison[]>(cards.map(({ uuid }) => [uuid, []]))
  for (const group of groups) {
    const { quantity } = group[0]!.figure
    const values = group.map(({ figure }) => figure.value)
    const spread = siblingSpread(group[0]!.figure.metric, quantity.usualSpread)
    const held = heldAgainstOthers(values, spread.share, tests)
    held?.forEach(({ reference, margin }, at) => {
      const { uuid, figure } = group[at]!
      const least = Math.max(margin, quantity.floor / Math.abs(reference))
      const comparison = comparisonOf(figure, part, { reference, margin: least, marginBasis: spread.basis })
      const siblings = [...states].flatMap(([other, state]) => (other === uuid ? [] : [state]))
      const cause =
        comparison.verdict === 'pass'
          ? null
          : likelyCause(states.get(uuid)!, siblings, { shows: quantity.shows, except: figure.metric })
      found.get(uuid)?.push({ ...comparison, cause })
    })
  }
  return found
}

function comparisonOf(
  figure: ComparedFigure,
  part: 'alone' | 'together',
  { reference, margin, marginBasis }: Pick<Comparison, 'reference' | 'margin' | 'marginBasis'>,
): Omit<Comparison, 'cause'> {
  const { metric, quantity, scenario, value } = figure
  const { label, unit, digits } = quantity
  const share = worseBy(quantity, value, reference)
  const verdict = share <= margin ? 'pass' : decides(figure) ? 'fail' : 'remark'
  return {
    ...{ with: 'siblings', part, scenario, metric, label, unit, digits },
    ...{ measured: value, reference, worseBy: share, margin, marginBasis, verdict },
  }
}
