import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { sweptName } from '../../harness/scenario/expand.ts'
import { connectionsOf } from '../../harness/scenario/load-shape.ts'
import { loadedBeside } from '../../harness/verdict/side-by-side.ts'
import type { Facts } from '../facts.ts'

/** One column of a comparison: one card in one edition. */
export interface CardColumn {
  readonly key: string
  readonly label: string
}

/** One row of a comparison: a scenario, by name. */
export interface ScenarioRow {
  readonly name: string
  readonly title: string
  /** Any run of it, for what all its runs have in common. */
  readonly sample: RunRecord
}

/** Which run is shown for each scenario and card. */
export interface Selection {
  readonly cards: readonly CardColumn[]
  readonly scenarios: readonly ScenarioRow[]
  readonly runOf: (scenario: string, card: string) => RunRecord | null
  /** Notes on the choice and on differences between runs. */
  readonly notes: readonly string[]
}

/**
 * Sorts runs into a grid. Of several runs of one scenario on one card, the complete live ones go first, then complete
 * simulated ones, then the rest; of these those that were measured alone on their box, and then the newest; a note names the choice. Cards are ordered by price (highest
 * last, unknown after), scenarios in the order in which they were first run, but those of one sweep by their load.
 */
export function selectRuns(runs: readonly RunRecord[], facts: Facts): Selection {
  const grid = new Map<string, RunRecord>()
  const notes: string[] = []
  for (const [cell, candidates] of Map.groupBy(runs, (run) => cellKey(run.scenario.name, cardKeyOf(run)))) {
    const [chosen, ...others] = candidates.toSorted(byWorth)
    grid.set(cell, chosen!)
    if (others.length > 0)
      notes.push(
        `${chosen!.scenario.title} on ${labelOf(chosen!, facts)}: ${others.length + 1} runs given; the table shows ${chosen!.id}${atSetting(chosen!, others)}.`,
      )
  }
  const chosen = [...grid.values()].toSorted((a, b) => compare(a.startedAt, b.startedAt) || compare(a.id, b.id))
  const scenarios = loadsInOrder(uniqueBy(chosen, (run) => run.scenario.name)).map((run) => ({
    name: run.scenario.name,
    title: run.scenario.title,
    sample: run,
  }))
  const cards = uniqueBy(chosen, cardKeyOf)
    .map((run) => ({ key: cardKeyOf(run), label: labelOf(run, facts) }))
    .toSorted((a, b) => priceRank(a.key, facts) - priceRank(b.key, facts) || compare(a.label, b.label))
  return {
    cards,
    scenarios,
    runOf: (scenario, card) => grid.get(cellKey(scenario, card)) ?? null,
    notes: [...notes, ...chosen.filter((run) => run.status !== 'complete').map(unfinishedNote), ...differing(chosen)],
  }
}

/** Runs with those of one sweep together, from the lowest load to the highest: a search measures some of them later. */
const loadsInOrder = (runs: readonly RunRecord[]): RunRecord[] =>
  [...Map.groupBy(runs, ({ scenario }) => sweptName(scenario.name)).values()].flatMap((sweep) =>
    sweep.toSorted((a, b) => loadOf(a) - loadOf(b)),
  )

const loadOf = ({ scenario: { load } }: RunRecord): number =>
  load.shape === 'open' ? load.ratePerS : connectionsOf(load)

/** Every run that is shown, by scenario and card. */
export const selectedRuns = ({ scenarios, cards, runOf }: Selection): RunRecord[] =>
  scenarios.flatMap((row) => cards.flatMap((card) => runOf(row.name, card.key) ?? []))

/** Begins the key of a column whose card has none in the catalogue. */
export const UNLISTED = 'unlisted:'

/** The card of a run: its catalogue key, or the name reported by the driver. */
export const cardKeyOf = (run: RunRecord): string => run.card.key ?? `${UNLISTED}${run.card.name ?? 'unknown card'}`

/** The name of the card of a run, as its column is headed. */
export const labelOf = (run: RunRecord, facts: Facts): string =>
  (run.card.key === null ? null : facts.card(run.card.key)?.label) ?? run.card.name ?? 'unknown card'

const cellKey = (scenario: string, card: string): string => `${scenario}\n${card}`

/** Which setting the chosen run had, where the others had another one. */
function atSetting(chosen: RunRecord, others: readonly RunRecord[]): string {
  const mine = settingText(chosen)
  if (others.every((other) => settingText(other) === mine)) return ''
  return mine === null ? ', measured with the card as it was found' : `, measured at ${mine}`
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const worth = (run: RunRecord): number => (run.status === 'complete' ? 2 : 0) + (run.source === 'live' ? 1 : 0)

/** Orders runs of one scenario on one card: the one to show first. */
export const byWorth = (a: RunRecord, b: RunRecord): number =>
  worth(b) - worth(a) ||
  loadedBeside(a).length - loadedBeside(b).length ||
  compare(b.startedAt, a.startedAt) ||
  compare(b.id, a.id)

/** Orders cards by price; those without one last. */
export const priceRank = (card: string, facts: Facts): number => facts.priceGbp(card)?.value ?? Number.MAX_VALUE

const unfinishedNote = (run: RunRecord): string => `${run.id} is ${run.status}: ${run.failure ?? basisOf(run)}.`

/** What the results of an interrupted run are of: it may have been ended before its first trial. */
const basisOf = ({ trials, result }: RunRecord): string =>
  trials.length === 0 && Object.keys(result).length === 0
    ? 'no trial was completed, so that it has no result'
    : 'its results are based on the completed trials'

/** A scenario may differ between cards on purpose (`cards:` in its file); a note says so. */
function differing(runs: readonly RunRecord[]): string[] {
  return [...Map.groupBy(runs, (run) => run.scenario.name).values()].flatMap((group) => differenceOf(group) ?? [])
}

/** In what a workload differs between the cards of a report, as one sentence; null where it is the same. */
export const differenceIn = ({ name }: ScenarioRow, { cards, runOf }: Selection): string | null =>
  differenceOf(cards.flatMap(({ key }) => runOf(name, key) ?? []))

const differenceOf = (group: readonly RunRecord[]): string | null =>
  new Set(group.map((run) => run.scenarioSha256)).size < 2
    ? null
    : `${group[0]!.scenario.title}: the scenario differs between columns (${changedKeys(group).join(', ')}).`

function changedKeys(group: readonly RunRecord[]): string[] {
  const keys = Object.keys(group[0]!.scenario) as (keyof RunRecord['scenario'])[]
  const changed = keys.filter((key) => new Set(group.map((run) => JSON.stringify(run.scenario[key]))).size > 1)
  return changed.length > 0 ? changed : ['the scenario file']
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...Map.groupBy(items, keyOf).values()].map((group) => group[0]!)
}
