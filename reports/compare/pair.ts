import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { mixedState } from './fingerprint.ts'

/** Runs of one scenario that are compared with each other. A run is one start of the server. */
export interface Pair {
  readonly scenario: string
  readonly title: string
  readonly baseline: readonly RunRecord[]
  readonly candidate: readonly RunRecord[]
  /** Why these must not be compared, one sentence each; empty for a fair pair. */
  readonly objections: readonly string[]
}

export interface Pairing {
  readonly pairs: readonly Pair[]
  /** What was skipped and why. */
  readonly notes: readonly string[]
}

/**
 * Pairs the runs of both sides by scenario, card, and whether other cards of the server were under load. Runs that did not complete are skipped with a note. Runs of one
 * scenario on different cards are paired and carry an objection.
 */
export function pairRuns(baseline: readonly RunRecord[], candidate: readonly RunRecord[]): Pairing {
  const [before, after] = [baseline.filter(isUsable), candidate.filter(isUsable)]
  const notes = [
    ...baseline.filter((run) => !isUsable(run)).map((run) => skippedNote('baseline', run)),
    ...candidate.filter((run) => !isUsable(run)).map((run) => skippedNote('candidate', run)),
  ]
  const pairs: Pair[] = []
  for (const [scenario, baselineRuns] of Map.groupBy(before, (run) => run.scenario.name)) {
    const candidateRuns = after.filter((run) => run.scenario.name === scenario)
    if (candidateRuns.length === 0) {
      notes.push(`${scenario}: only in the baseline, not compared`)
      continue
    }
    const cards = [...new Set(baselineRuns.map(cardOf))].filter((card) =>
      candidateRuns.some((run) => cardOf(run) === card),
    )
    if (cards.length === 0) pairs.push(makePair(scenario, baselineRuns, candidateRuns))
    for (const card of cards) {
      const onCard = (runs: readonly RunRecord[]) => runs.filter((run) => cardOf(run) === card)
      pairs.push(...pairsByCondition(scenario, onCard(baselineRuns), onCard(candidateRuns), notes))
    }
  }
  for (const scenario of new Set(after.map((run) => run.scenario.name))) {
    if (!before.some((run) => run.scenario.name === scenario)) {
      notes.push(`${scenario}: only in the candidate, not compared`)
    }
  }
  return { pairs, notes }
}

/** Runs of one scenario and card: those alone on their box, and those with other cards under load, where both sides have them. */
function pairsByCondition(
  scenario: string,
  baseline: readonly RunRecord[],
  candidate: readonly RunRecord[],
  notes: string[],
): Pair[] {
  const all = [...baseline, ...candidate]
  const conditions = [false, true].filter((beside) => all.some((run) => isSideBySide(run) === beside))
  const sidesOf = (beside: boolean) => {
    const of = (runs: readonly RunRecord[]) => runs.filter((run) => isSideBySide(run) === beside)
    return { beside, before: of(baseline), after: of(candidate) }
  }
  const sides = conditions.map(sidesOf)
  const shared = sides.filter(({ before, after }) => before.length > 0 && after.length > 0)
  if (shared.length === 0) return [makePair(scenario, baseline, candidate)]
  for (const { beside, before } of sides.filter((each) => !shared.includes(each))) {
    const what = beside ? 'measured with other cards under load' : 'measured alone'
    notes.push(`${scenario}: ${what} only in the ${before.length > 0 ? 'baseline' : 'candidate'}, not compared`)
  }
  return shared.map(({ before, after }) => makePair(scenario, before, after))
}

/** The card of a run as it is compared: its catalogue key, or the name that the machine gave. */
export const cardOf = (run: RunRecord): string => run.card.key ?? run.card.name ?? 'no GPU'

const isUsable = (run: RunRecord): boolean => run.status === 'complete' && run.trials.length > 0

const skippedNote = (side: string, run: RunRecord): string =>
  `${side} ${run.id}: skipped (${run.status === 'complete' ? 'no trials' : run.status})`

function makePair(scenario: string, baseline: readonly RunRecord[], candidate: readonly RunRecord[]): Pair {
  const all = [...baseline, ...candidate]
  const differ = (of: (run: RunRecord) => string): string[] => [...new Set(all.map(of))]
  const cards = differ(cardOf)
  const sources = differ((run) => run.source)
  const twice = baseline.filter((run) => candidate.some((other) => other.id === run.id))
  const objections = [
    ...(cards.length > 1 ? [`different cards: ${cards.join(', ')}`] : []),
    ...(differ((run) => run.scenarioSha256).length > 1
      ? [`the scenario differs between the sides (${changedKeys(all).join(', ')})`]
      : []),
    ...(sources.length > 1 ? ['simulated runs against live runs'] : []),
    ...(differ((run) => String(isSideBySide(run))).length > 1
      ? ['one side was measured alone, the other while other cards of the server were under load']
      : []),
    ...mixedObjections('baseline', baseline),
    ...mixedObjections('candidate', candidate),
    ...(twice.length > 0 ? [`the same run on both sides: ${twice.map((run) => run.id).join(', ')}`] : []),
  ]
  return { scenario, title: all[0]!.scenario.title, baseline, candidate, objections }
}

/** Runs of one side are starts of one server on one host; a change between them would be taken for variation between starts. */
function mixedObjections(side: string, runs: readonly RunRecord[]): string[] {
  const mixed = runs.length > 1 ? mixedState(runs) : []
  return mixed.length > 0
    ? [`the runs of the ${side} were not measured on one host and server (${mixed.join('; ')})`]
    : []
}

function changedKeys(runs: readonly RunRecord[]): string[] {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.scenario)))] as (keyof RunRecord['scenario'])[]
  const changed = keys.filter((key) => new Set(runs.map((run) => JSON.stringify(run.scenario[key]))).size > 1)
  return changed.length > 0 ? changed : ['the scenario file']
}
