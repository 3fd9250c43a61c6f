import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { enforcedState, settingText } from '../../harness/record/setting/operating-point.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { mixedState } from './fingerprint.ts'

/** Runs of one scenario that are compared with each other. A run is one start of the server. */
export interface Pair {
  readonly scenario: string
  readonly title: string
  /** The card, with its UUID where several of a server are compared, and whether others were under load beside it. */
  readonly card: string
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
 * Pairs the runs of both sides by scenario, model of card, GPU where several GPUs of a server are on both sides, the setting
 * of its cards, and whether others were under load beside it. Runs that did not complete are skipped with a note. Runs of one scenario on different
 * cards are paired and carry an objection.
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
    if (cards.length === 0) pairs.push(makePair(scenario, { baseline: baselineRuns, candidate: candidateRuns }))
    for (const card of cards) {
      const onCard = (runs: readonly RunRecord[]) => runs.filter((run) => cardOf(run) === card)
      const sides = { baseline: onCard(baselineRuns), candidate: onCard(candidateRuns) }
      const alike = byGpu(scenario, sides, notes).flatMap((one) => bySetting(scenario, one, notes))
      pairs.push(...alike.flatMap((one) => byCondition(scenario, one, notes)))
    }
  }
  for (const scenario of new Set(after.map((run) => run.scenario.name))) {
    if (!before.some((run) => run.scenario.name === scenario)) {
      notes.push(`${scenario}: only in the candidate, not compared`)
    }
  }
  return { pairs, notes }
}

/** The runs of both sides that are compared, and what tells them from others of the scenario and card; empty where nothing does. */
interface Sides {
  readonly baseline: readonly RunRecord[]
  readonly candidate: readonly RunRecord[]
  readonly which?: string
}

/** The sides of each value that runs of both sides share; a note for what only one of them has. Null where none is shared. */
function split(
  { baseline, candidate, which = '' }: Sides,
  of: (run: RunRecord) => string,
  onlyIn: (value: string, side: 'baseline' | 'candidate') => void,
): Sides[] | null {
  const [before, after] = [Map.groupBy(baseline, of), Map.groupBy(candidate, of)]
  const shared = [...before.keys()].filter((value) => after.has(value))
  if (shared.length === 0) return null
  for (const value of before.keys()) if (!after.has(value)) onlyIn(value, 'baseline')
  for (const value of after.keys()) if (!before.has(value)) onlyIn(value, 'candidate')
  return shared.map((value) => ({
    baseline: before.get(value) ?? [],
    candidate: after.get(value) ?? [],
    which: `${which}${value}`,
  }))
}

/** GPU by GPU, where a side has several and both have some of them: a card is compared with itself. */
function byGpu(scenario: string, sides: Sides, notes: string[]): readonly Sides[] {
  const { baseline, candidate } = sides
  const one = [baseline, candidate].every((runs) => new Set(runs.map(gpusOf)).size === 1)
  if (one) return [sides]
  return (
    split(sides, gpusOf, (gpus, side) => notes.push(`${scenario}:${gpus} only in the ${side}, not compared`)) ?? [sides]
  )
}

const gpusOf = ({ gpus }: RunRecord): string => ` ${servingUuids(gpus).toSorted().join('+')}`

/** The points of a tuning one by one, where both sides have them: never against a card as it was found. */
function bySetting(scenario: string, sides: Sides, notes: string[]): readonly Sides[] {
  const of = (run: RunRecord) => (settingText(run) === null ? '' : ` at ${settingText(run)}`)
  const onlyIn = (setting: string, side: string) =>
    notes.push(
      `${scenario}: measured${setting === '' ? ' with the card as it was found' : setting} only in the ${side}, not compared`,
    )
  return split(sides, of, onlyIn) ?? [sides]
}

/** Those alone on their server, and those with other cards under load, where both sides have them. */
function byCondition(scenario: string, sides: Sides, notes: string[]): Pair[] {
  const onlyIn = (condition: string, side: string) =>
    notes.push(
      `${scenario}: measured ${condition === '' ? 'alone' : 'with other cards under load'} only in the ${side}, not compared`,
    )
  const parts = split(sides, (run) => (isSideBySide(run) ? ', others under load' : ''), onlyIn)
  return (parts ?? [sides]).map((each) => makePair(scenario, each))
}

/** The card of a run as it is compared: its catalogue key, or the name that the machine gave. */
export const cardOf = (run: RunRecord): string => run.card.key ?? run.card.name ?? 'no GPU'

/** Whether a run can be compared: it ended, and has trials. */
export const isUsable = (run: RunRecord): boolean => run.status === 'complete' && run.trials.length > 0

const skippedNote = (side: string, run: RunRecord): string =>
  `${side} ${run.id}: skipped (${run.status === 'complete' ? 'no trials' : run.status})`

function makePair(scenario: string, { baseline, candidate, which = '' }: Sides): Pair {
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
    ...settingObjection(all),
    ...(differ((run) => String(isSideBySide(run))).length > 1
      ? ['one side was measured alone, the other while other cards of the server were under load']
      : []),
    ...mixedObjections('baseline', baseline),
    ...mixedObjections('candidate', candidate),
    ...(twice.length > 0 ? [`the same run on both sides: ${twice.map((run) => run.id).join(', ')}`] : []),
  ]
  return {
    scenario,
    title: all[0]!.scenario.title,
    card: `${cards.join(' and ')}${which}`,
    baseline,
    candidate,
    objections,
  }
}

/** A setting that was made on purpose is no change of the server; the same limit, whoever set it, is the same. */
function settingObjection(runs: readonly RunRecord[]): string[] {
  const settings = [...new Set(runs.map((run) => settingText(run) ?? 'the card as it was found'))]
  if (settings.length < 2 || new Set(runs.map(enforcedState)).size < 2) return []
  return [
    `measured at different settings: ${settings.join(', ')}; \`joulemark report\` shows the points of a tuning side by side`,
  ]
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
