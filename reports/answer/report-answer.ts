import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Chart } from '../charts/chart-types.ts'
import type { Winner } from '../comparison/winners.ts'
import type { Facts } from '../facts.ts'
import { sweepsOf } from '../sweep/lines.ts'
import { sharedCaveat } from '../tables/caveats.ts'
import { differenceIn, type Selection, selectedRuns } from '../tables/selection.ts'
import { answersOf } from '../tune/answers.ts'
import type { Tuning } from '../tune/tuning.ts'
import type { Answer } from './answer.ts'
import { decidingRow } from './deciding-row.ts'
import { decisiveChart } from './decisive-chart.ts'
import { measuredFacts } from './measured-facts.ts'
import { qualityOf } from './quality.ts'
import { verdictSentences } from './sentences.ts'
import { withSimulatedNamed } from './simulated-parts.ts'
import { tilesOf } from './tiles.ts'
import { workloadsOf } from './workloads.ts'

/** What the answer of a report is made from. */
export interface Asked {
  /** Every run that was given. */
  readonly runs: readonly RunRecord[]
  readonly selection: Selection
  readonly facts: Facts
  readonly winners: readonly Winner[]
  readonly tunings: readonly Tuning[]
  /** All charts of the report. */
  readonly charts: readonly Chart[]
}

/** The answer of a report with runs; of operating points alone, what they answer. */
export function reportAnswer({ runs, selection, facts, winners, tunings, charts }: Asked): Answer {
  const shown = selectedRuns(selection)
  const judged = {
    selection,
    facts,
    winners,
    sweeps: sweepsOf(shown, facts),
    deciding: decidingRow(selection),
    isMixed: new Set(runs.map(({ source }) => source)).size > 1,
  }
  const isTuned = shown.length === 0
  const caveat = sharedCaveat(isTuned ? runs : shown)
  const unlike = judged.deciding === null ? null : differenceIn(judged.deciding, selection)
  const chart = isTuned ? (charts[0] ?? null) : decisiveChart(charts, judged)
  return {
    isMixed: judged.isMixed,
    facts: [
      ...measuredFacts(isTuned ? runs : shown, workloadsOf(selection), facts),
      ...(caveat === null ? [] : [{ label: 'Caveat', text: caveat }]),
      ...(unlike === null ? [] : [{ label: 'Unlike', text: unlike }]),
    ],
    sentences: isTuned ? tunedSentences(tunings) : verdictSentences(judged),
    tiles: isTuned ? [] : tilesOf(judged),
    chart: chart?.simulated && judged.isMixed ? withSimulatedNamed(chart, selection) : chart,
    quality: isTuned ? qualityOf(runs, 0) : qualityOf(shown, runs.length - shown.length),
  }
}

/** What operating points answer, those with an answer first. */
const tunedSentences = (tunings: readonly Tuning[]): string[] =>
  tunings
    .flatMap((tuning) => answersOf(tuning))
    .toSorted((a, b) => Number(b.isKnown) - Number(a.isKnown))
    .slice(0, 3)
    .map(({ question, answer }) => `${question}: ${answer}.`)
