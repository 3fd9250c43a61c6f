import type { RunRecord } from '../../harness/record/schema/run.ts'
import { heldAgainstOthers } from '../../harness/verdict/siblings.ts'
import { cardState } from '../box/siblings/card-state.ts'
import { type ComparedFigure, comparedFigures, decides, worseBy } from '../box/siblings/compared.ts'
import { likelyCause } from '../box/siblings/differences.ts'
import { isUsable } from '../compare/pair.ts'
import { type Unit, unitOf } from './boxes.ts'
import { columnOf, conditionOf } from './matrix.ts'
import { softwareOf } from './settings.ts'

/** One figure of one unit against the median of its siblings: units with the same card, driver and engine. */
export interface SiblingFigure {
  readonly unit: string
  readonly column: string
  readonly metric: string
  readonly label: string
  readonly measured: number
  readonly reference: number
  /** By how much it is worse than the reference, as a share; negative if it is better. */
  readonly worseBy: number
  /** By how much a healthy one may be worse, corrected for the number of figures and units. */
  readonly margin: number
  readonly siblings: number
  /** `low`: worse by more than the margin in a figure that decides; `remark`: in one that does not. */
  readonly verdict: 'pass' | 'low' | 'remark'
  readonly cause: string | null
}

/** The least loss against siblings that is named. */
const LEAST_MARGIN = 0.03

/** Every figure of every unit that has siblings in it. Runs that did not end, or whose figures do not count, have none. */
export function siblingFigures(records: readonly RunRecord[], units: readonly Unit[]): SiblingFigure[] {
  const byUnit = Map.groupBy(records.filter(isUsable), unitOf)
  const cards = new Map(units.map(({ id, card }) => [id, card]))
  const found = [...byUnit].flatMap(([unit, runs]) =>
    [...Map.groupBy(runs, conditionOf).values()].flatMap((part) =>
      comparedFigures(part).map((figure) => ({
        ...{ unit, figure, runs, column: columnOf(part.find((run) => run.scenario.name === figure.scenario)!).id },
        set: [cards.get(unit), softwareOf(part.at(-1)!), figure.scenarioSha256, figure.metric].join(' | '),
      })),
    ),
  )
  const groups = [...Map.groupBy(found, ({ set, column }) => `${set} | ${column}`).values()].filter(
    (group) => group.length > 1,
  )
  const tests = groups.reduce((sum, group) => sum + (decides(group[0]!.figure) ? group.length : 0), 0)
  return groups.flatMap((group) => judgedGroup(group, tests))
}

interface Found {
  readonly unit: string
  readonly column: string
  readonly figure: ComparedFigure
  readonly runs: readonly RunRecord[]
}

function judgedGroup(group: readonly Found[], tests: number): SiblingFigure[] {
  const { quantity } = group[0]!.figure
  const held = heldAgainstOthers(
    group.map(({ figure }) => figure.value),
    quantity.usualSpread,
    tests,
  )
  return group.map(({ unit, column, figure, runs }, at) => {
    const { reference, margin: width } = held![at]!
    const margin = Math.max(LEAST_MARGIN, width, quantity.floor / Math.abs(reference))
    const share = worseBy(quantity, figure.value, reference)
    const verdict = share <= margin ? 'pass' : decides(figure) ? 'low' : 'remark'
    const state = (each: Found) => cardState(each.runs)
    const cause =
      verdict === 'pass'
        ? null
        : likelyCause(cardState(runs), group.filter((each) => each.unit !== unit).map(state), {
            shows: quantity.shows,
            except: figure.metric,
          })
    return {
      ...{ unit, column, metric: figure.metric, label: quantity.label, measured: figure.value, reference },
      ...{ worseBy: share, margin, siblings: group.length - 1, verdict, cause },
    }
  })
}
