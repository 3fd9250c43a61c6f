import { pointOfRun, sloShareOfRun } from '../../harness/operating/sweep/point-of-run.ts'
import { isKnown } from '../../harness/record/measured.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { trialsOfKind } from '../../harness/record/trials-of-kind.ts'
import { meanLength } from '../../harness/scenario/prompt/length.ts'
import type { JudgedLoad } from '../../harness/size/measured-sessions.ts'
import type { LoadTrials } from '../../harness/size/pooled-loads.ts'
import { servedBy } from '../sweep/served-by.ts'
import { exceptLoad } from '../tables/alike-loads.ts'
import { byWorth, cardKeyOf } from '../tables/selection.ts'
import { sessionOf, type TextScenario } from './size-case.ts'

/** Runs of one server that differ only in their load. */
export interface MeasuredLine {
  readonly cardKey: string
  readonly scenario: TextScenario
  readonly kind: 'closed' | 'sessions' | 'open'
  /** From the lowest load to the highest, the best run of each. */
  readonly runs: readonly RunRecord[]
}

/** The lines among runs, those with most loads first. */
export function measuredLines(runs: readonly RunRecord[]): MeasuredLine[] {
  const usable = runs.filter(({ scenario, status }) => scenario.kind === 'text' && status !== 'running')
  const groups = Map.groupBy(usable, (run) =>
    JSON.stringify([cardKeyOf(run), servedBy(run), kindOf(run), exceptLoad(run)]),
  )
  return [...groups.values()]
    .map((group): MeasuredLine => {
      const byLoad = Map.groupBy(group, loadOf)
      const best = [...byLoad].map(([load, same]) => ({ load, run: same.toSorted(byWorth)[0]! }))
      return {
        cardKey: cardKeyOf(group[0]!),
        scenario: group[0]!.scenario as TextScenario,
        kind: kindOf(group[0]!),
        runs: best.toSorted((a, b) => a.load - b.load).map(({ run }) => run),
      }
    })
    .toSorted((a, b) => b.runs.length - a.runs.length)
}

function kindOf({ scenario }: RunRecord): MeasuredLine['kind'] {
  const { load } = scenario as TextScenario
  return load.shape !== 'closed' ? 'open' : sessionOf(load) === null ? 'closed' : 'sessions'
}

function loadOf({ scenario }: RunRecord): number {
  const { load } = scenario as TextScenario
  return load.shape === 'closed' ? load.concurrency : load.shape === 'open' ? load.ratePerS : 0
}

/** The loads of a closed loop with the values of their trials; a load that failed, or lacks a value, is left out. */
export function closedLoads({ runs, scenario }: MeasuredLine, cachedTokens: number): LoadTrials[] {
  const stated = scenario.prompt.tokens === undefined ? 1 : meanLength(scenario.prompt.tokens)
  return runs.flatMap((run): LoadTrials[] => {
    const point = pointOfRun(run)
    if (point === null || point.obstacle?.kind === 'failed') return []
    const trials = trialsOfKind(run.trials, 'text')
    const tokens = trials.map(({ outputTokensPerS }) => outputTokensPerS)
    const ttft = trials.map(({ ttftMs }) => ttftMs.mean)
    if (trials.length === 0 || ![...tokens, ...ttft].every((value) => isKnown(value) && value > 0)) return []
    const prompts = trials.flatMap(({ lengths }) => {
      const length = lengths?.promptTokens.mean
      return length !== undefined && isKnown(length) ? [length] : []
    })
    const prompt = prompts.length === 0 ? stated : prompts.reduce((sum, value) => sum + value, 0) / prompts.length
    return [
      {
        concurrency: point.concurrency,
        outputTokensPerS: tokens.filter(isKnown),
        ttftMs: ttft.filter(isKnown),
        promptTokens: Math.max(1, prompt - cachedTokens),
      },
    ]
  })
}

/** The loads of sessions or of requests at random times, each with the share of requests within the SLO. */
export const judgedLoads = ({ runs, kind }: MeasuredLine): JudgedLoad[] =>
  runs.map((run) => ({
    load: loadOf(run),
    sloShare: kind === 'open' ? sloShareOfRun(run) : (pointOfRun(run)?.sloShare ?? null),
    obstacle: kind === 'open' ? failureOf(run) : (pointOfRun(run)?.obstacle ?? null),
    tokensPerS: null,
  }))

const failureOf = ({ oom, status, failure }: RunRecord): JudgedLoad['obstacle'] =>
  oom
    ? { kind: 'failed', reason: `out of memory (${oom.evidence})` }
    : status === 'failed'
      ? { kind: 'failed', reason: failure ?? 'the run failed' }
      : null
