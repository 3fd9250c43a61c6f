import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Chart } from '../charts/chart-types.ts'
import { type Selection, selectedRuns } from '../tables/selection.ts'
import { firstFew } from './phrases.ts'

/* What is simulated in an answer that has live figures too. */

/** What a sentence says of the runs behind it: nothing where all are live. */
export function simulatedPart(runs: readonly RunRecord[]): '' | 'SIMULATED' | 'in part SIMULATED' {
  const count = runs.filter(({ source }) => source === 'simulated').length
  return count === 0 ? '' : count === runs.length ? 'SIMULATED' : 'in part SIMULATED'
}

/** A chart whose description names what is simulated in the report: cards, workloads, or single runs. */
export function withSimulatedNamed<T extends Chart>(chart: T, selection: Selection): T {
  const named = simulatedNames(selection)
  return named.length === 0
    ? chart
    : { ...chart, summary: `${chart.summary} SIMULATED in this report: ${firstFew(named, 'runs')}.` }
}

function simulatedNames(selection: Selection): string[] {
  const { cards, scenarios, runOf } = selection
  const isAll = (runs: readonly (RunRecord | null)[]) => {
    const known = runs.filter((run) => run !== null)
    return known.length > 0 && simulatedPart(known) === 'SIMULATED'
  }
  if (isAll(selectedRuns(selection))) return ['every run that is shown']
  const wholeCards = cards.filter(({ key }) => isAll(scenarios.map(({ name }) => runOf(name, key))))
  const left = cards.filter((card) => !wholeCards.includes(card))
  const rest = scenarios.flatMap(({ name, title }) => {
    const own = left.flatMap(({ key, label }) => {
      const run = runOf(name, key)
      return run === null ? [] : [{ label, run }]
    })
    if (own.length > 0 && isAll(own.map(({ run }) => run))) return [title]
    return own.flatMap(({ label, run }) => (run.source === 'simulated' ? [`${title} on the ${label}`] : []))
  })
  return [...wholeCards.map(({ label }) => `the ${label}`), ...rest]
}
