import { newestRuns, type ViewedRuns } from '../../../../harness/store/view/records.ts'
import { versionsInStore } from '../../../../harness/store/view/summary.ts'
import { compareRuns } from '../../../../reports/compare/comparison.ts'
import {
  type CompareResult,
  compareView,
  suggestedComparisons,
} from '../../../../reports/dashboard/views/compare-view.ts'
import { unitOf } from '../../../../reports/fleet/boxes.ts'
import { compareFleet } from '../../../../reports/fleet/fleet-comparison.ts'
import { type MakePage, portion, queryOf } from './ask.ts'

/** Two selections: as `fleet compare` where there are several units, as `compare` for one. */
export const comparePage: MakePage = async (ask) => {
  const { store, source, links, text } = ask
  const [before, after] = [text('before'), text('after')]
  const isAsked = before !== '' || after !== ''
  const queries = [queryOf(ask, before), queryOf(ask, after)] as const
  const suggested = suggestedComparisons(await versionsInStore(store, queryOf(ask, '')))
  const sides = isAsked
    ? [
        await newestRuns(store, queries[0], portion(Number.MAX_SAFE_INTEGER)),
        await newestRuns(store, queries[1], portion(Number.MAX_SAFE_INTEGER)),
      ]
    : null
  return compareView(
    {
      ...{ before, after, suggested, source },
      result: sides === null ? null : compared(sides[0]!, sides[1]!),
      notes: sides === null ? [] : notesOf(sides),
    },
    links,
  )
}

function compared(before: ViewedRuns, after: ViewedRuns): CompareResult {
  const [baseline, candidate] = [before, after].map(({ runs }) => runs.map(({ record }) => record)) as [
    ViewedRuns['runs'][number]['record'][],
    ViewedRuns['runs'][number]['record'][],
  ]
  if (baseline.length === 0 || candidate.length === 0) {
    const side = baseline.length === 0 ? 'baseline' : 'candidate'
    return { kind: 'none', reason: `The query of the ${side} finds no run.` }
  }
  const units = new Set([...baseline, ...candidate].map(unitOf))
  if (units.size > 1) return { kind: 'fleet', comparison: compareFleet(baseline, candidate, {}) }
  const comparison = compareRuns(baseline, candidate, { past: [] })
  if (comparison.scenarios.length === 0)
    return { kind: 'none', reason: `Nothing to compare: ${comparison.notes.join('; ')}` }
  if (comparison.objections.length > 0) {
    return { kind: 'none', reason: `These must not be compared: ${comparison.objections.join('; ')}` }
  }
  return { kind: 'unit', comparison }
}

const notesOf = (sides: readonly ViewedRuns[]): string[] =>
  sides.flatMap(({ runs, asked, unreadable }, at) => [
    ...(asked > runs.length + unreadable.length
      ? [
          `${at === 0 ? 'Baseline' : 'Candidate'}: the newest ${runs.length} of ${asked} runs; a narrower query takes all that it names.`,
        ]
      : []),
    ...unreadable,
  ])
