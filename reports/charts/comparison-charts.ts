import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import type { MoneyModel } from '../money-model.ts'
import type { ReportCharts } from '../report.ts'
import { sweepCharts } from '../sweep/charts.ts'
import { sweepsOf } from '../sweep/lines.ts'
import { type ScenarioRow, type Selection, selectedRuns } from '../tables/selection.ts'
import type { Chart } from './chart-types.ts'
import { concurrencyCharts } from './concurrency-charts.ts'
import { COST_LABEL, costChart } from './cost-chart.ts'
import { energyChart } from './energy-chart.ts'
import { headlineChart } from './headline-chart.ts'
import { latencyCharts } from './latency-charts.ts'
import { relativeCostChart } from './relative-cost-chart.ts'
import { runChart } from './run-chart.ts'
import type { RunSeries } from './run-series.ts'
import { turnCharts } from './turn-charts.ts'

/** Limits that keep the page usable; a note gives the number of charts that are not shown. */
const MOST_LATENCY_SCENARIOS = 16
const MOST_RUN_CHARTS = 40

/** Every chart of a comparison for which the runs have data. */
export function comparisonCharts(
  selection: Selection,
  facts: Facts,
  money: { readonly model: MoneyModel; readonly scenario: ScenarioRow } | null,
  series: ReadonlyMap<string, RunSeries>,
): ReportCharts {
  const order = new Map(selection.cards.map((card, index) => [card.key, index]))
  const colorOf = (card: string) => order.get(card) ?? 0
  const seriesOf = (run: RunRecord) => series.get(run.id) ?? null
  const charted = { ...selection, scenarios: selection.scenarios.slice(0, MOST_LATENCY_SCENARIOS) }
  const runCharts = selection.scenarios.flatMap((row) =>
    selection.cards.flatMap((card) => {
      const run = selection.runOf(row.name, card.key)
      const own = run && seriesOf(run)
      return run && own ? (runChart(run, card.label, colorOf(card.key), own) ?? []) : []
    }),
  )
  const list = [
    relativeCostChart(selection, facts, colorOf) ?? headlineChart(selection, colorOf),
    costOf(selection, money, colorOf),
    energyChart(selection, colorOf),
    ...concurrencyCharts(selection, facts, colorOf),
    ...sweepCharts(sweepsOf(selectedRuns(selection), facts), colorOf),
    ...latencyCharts(charted, seriesOf, colorOf),
    ...turnCharts(charted, colorOf),
    ...runCharts.slice(0, MOST_RUN_CHARTS),
  ].filter((chart) => chart !== null)
  const notCharted = (what: string, count: number, most: number) =>
    count > most ? [`${count - most} of ${count} ${what} are not charted; the tables list all.`] : []
  return {
    list,
    notes: [
      ...notCharted('scenarios', selection.scenarios.length, MOST_LATENCY_SCENARIOS),
      ...notCharted('runs', runCharts.length, MOST_RUN_CHARTS),
    ],
  }
}

function costOf(
  selection: Selection,
  money: { readonly model: MoneyModel; readonly scenario: ScenarioRow } | null,
  colorOf: (card: string) => number,
): Chart | null {
  if (money === null) return null
  const { model, scenario } = money
  const simulated = selection.cards.some(({ key }) => selection.runOf(scenario.name, key)?.source === 'simulated')
  return costChart(model, colorOf, `${COST_LABEL}: ${scenario.title}`, simulated)
}
