import { comparedMetric, metrics } from '../../harness/metrics/catalogue.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { RESTART_SHARE } from '../../harness/verdict/side.ts'
import type { MetricComparison, SideResult } from '../../harness/verdict/verdict.ts'
import type { Report, ReportSource } from '../report.ts'
import { sourceOf } from '../report-source.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'
import type { Comparison, ScenarioComparison } from './comparison.ts'
import { outcomeOf, outcomeText, verdictLine } from './outcome.ts'
import { explanationOf, verdictTones } from './words.ts'

/** A comparison as tables, for every report format: the differences first, then one table per scenario. */
export function comparisonReport(comparison: Comparison): Report {
  return {
    title: `Candidate against baseline: ${outcomeText(outcomeOf(comparison))}`,
    tables: [
      differencesTable(comparison),
      ...comparison.scenarios.map((scenario) => scenarioTable(scenario, comparison.simulated)),
      verdictTable(comparison),
    ],
    sources: comparison.records.map(sourceWithoutFindings),
    money: null,
    simulated: comparison.simulated,
  }
}

function differencesTable({ differences, objections, notes }: Comparison): Table {
  return buildTable({
    id: 'differences',
    title: 'Differences between baseline and candidate',
    rows: differences.length > 0 ? differences : [{ field: 'none', label: 'none', baseline: '', candidate: '' }],
    rowId: (row) => row.field,
    columns: [
      { id: 'field', head: 'Field', align: 'left', cell: (row) => text(row.label) },
      { id: 'baseline', head: 'Baseline', align: 'left', cell: (row) => text(row.baseline) },
      { id: 'candidate', head: 'Candidate', align: 'left', cell: (row) => text(row.candidate) },
    ],
    notes: [...objections.map((objection) => `NOT COMPARABLE, comparison forced: ${objection}`), ...notes],
  })
}

function scenarioTable(scenario: ScenarioComparison, simulated: boolean): Table {
  const stamp = simulated ? { simulated } : {}
  const first = scenario.metrics[0]
  const count = ({ trials, runs }: SideResult) =>
    `${counted(trials, 'trial')} in ${counted(runs, 'start')} of the server`
  return buildTable<MetricComparison>({
    id: `compare-${scenario.scenario}-${scenario.card.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`,
    title: `${scenario.title} on ${scenario.card}: ${scenario.notJudged.length > 0 ? outcomeText('not-comparable') : scenario.verdict}`,
    rows: scenario.metrics,
    rowId: (row) => row.key,
    columns: [
      { id: 'metric', head: 'Metric', align: 'left', cell: ({ key }) => text(comparedMetric(key).label) },
      { id: 'baseline', head: 'Baseline', align: 'right', cell: (row) => meanCell(row, row.baseline, simulated) },
      { id: 'candidate', head: 'Candidate', align: 'right', cell: (row) => meanCell(row, row.candidate, simulated) },
      {
        id: 'difference',
        head: 'Difference',
        align: 'right',
        cell: ({ relative, reason }) =>
          relative === null
            ? missing(reason)
            : {
                kind: 'number',
                value: relative.value * 100,
                unit: '%',
                digits: 1,
                ci95: [relative.ci95[0] * 100, relative.ci95[1] * 100],
                ...stamp,
              },
      },
      { id: 'verdict', head: 'Verdict', align: 'left', cell: verdictCell },
      { id: 'why', head: 'Why', align: 'left', cell: (row) => text(explanationOf(row)) },
    ],
    notes: [
      ...scenario.notJudged.map((why) => `NOT JUDGED: ${why}`),
      ...scenario.warnings,
      `${metrics.meanPowerW.label} alone does not decide the verdict; the energy metrics do.`,
      ...(first ? [`Baseline: ${count(first.baseline)}; candidate: ${count(first.candidate)}.`] : []),
    ],
  })
}

function verdictCell(row: MetricComparison): Cell {
  if (row.relative === null) return missing(row.reason)
  return { kind: 'text', text: row.verdict, tone: verdictTones[row.verdict] }
}

function meanCell({ key, reason }: MetricComparison, { mean }: SideResult, simulated: boolean): Cell {
  if (mean === null) return missing(reason)
  const { unit, digits } = comparedMetric(key)
  return { kind: 'number', value: mean, unit, digits, ...(simulated ? { simulated } : {}) }
}

function verdictTable(comparison: Comparison): Table {
  const effect = `${(comparison.smallestEffect * 100).toFixed(1)} %`
  return buildTable({
    id: 'verdict',
    title: verdictLine(comparison),
    rows: comparison.scenarios,
    rowId: (row) => `${row.scenario}-${row.card}`,
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (row) => text(row.title) },
      { id: 'card', head: 'Card', align: 'left', cell: (row) => text(row.card) },
      {
        id: 'verdict',
        head: 'Verdict',
        align: 'left',
        cell: (row) => ({
          kind: 'text',
          text: row.notJudged.length > 0 ? outcomeText('not-comparable') : row.verdict,
          tone: verdictTones[row.verdict],
          ...(comparison.simulated ? { simulated: true } : {}),
        }),
      },
    ],
    notes: [
      `regressed or improved: the difference is significant (Welch's test, Holm-adjusted p below 5 % over all metrics of all scenarios) and at least the practical threshold of ${effect}. equivalent: the ratio is within ±${effect} (two one-sided tests, 5 % each). inconclusive: neither.`,
      `Intervals are 95 % confidence intervals of single metrics, without adjustment. Starts of a server differ: three per side show by how much. Two are combined with an assumed spread of ${(RESTART_SHARE * 100).toFixed(1)} %. One cannot show it: only a difference clearly beyond ${effect} and what a start can change then counts.`,
    ],
  })
}

/** A comparison has findings of its own: findings of gates and remarks stay with the runs. */
function sourceWithoutFindings(run: RunRecord): ReportSource {
  const source = sourceOf(run)
  const { remarks: _, ...rest } = source
  return { ...rest, gates: { ...source.gates, findings: [] } }
}
