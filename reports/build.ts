import type { RunRecord } from '../harness/record/schema/run.ts'
import { isOperatingPoint } from '../harness/record/setting/operating-point.ts'
import { adviceTable } from './advice/table.ts'
import { withClaims } from './answer/claims-answer.ts'
import { reportAnswer } from './answer/report-answer.ts'
import { titleOf } from './answer/title.ts'
import { workloadsOf } from './answer/workloads.ts'
import { catalogueFacts } from './catalogue-facts.ts'
import { comparisonCharts } from './charts/comparison-charts.ts'
import type { RunSeries } from './charts/run-series.ts'
import { auditClaims } from './claims/audit.ts'
import { claimCatalogue } from './claims/claim-catalogue.ts'
import type { Claims } from './claims/claims.ts'
import type { Verdict } from './claims/finding.ts'
import { measuredFindings } from './claims/measured.ts'
import { auditTables } from './comparison/audit.ts'
import { cacheTable } from './comparison/cache.ts'
import { hasFixedDemand, moneyModel } from './comparison/card-money.ts'
import { demandTable } from './comparison/demand.ts'
import { economicsScenario, economicsTable } from './comparison/economics.ts'
import { goodputTable } from './comparison/goodput.ts'
import { type BoxFindings, gotchasTable } from './comparison/gotchas.ts'
import { jobsTable } from './comparison/jobs.ts'
import { metricsTable } from './comparison/metrics.ts'
import { type ServingExamples, servingTable } from './comparison/serving.ts'
import { sessionsTable, turnsTable } from './comparison/sessions.ts'
import { specTable } from './comparison/spec.ts'
import { throughputTable } from './comparison/throughput.ts'
import { verdictTable } from './comparison/verdict.ts'
import { fitsTable, queuedNotes } from './comparison/what-fits.ts'
import { type Winner, winnerOf, winnersTable } from './comparison/winners.ts'
import type { Facts, MoneyOptions } from './facts.ts'
import type { Report, ReportCharts } from './report.ts'
import { sourceOf } from './report-source.ts'
import { sweepsOf } from './sweep/lines.ts'
import { sweepTable } from './sweep/table.ts'
import { withSharedCaveat } from './tables/caveats.ts'
import { type Selection, selectedRuns, selectRuns } from './tables/selection.ts'
import type { Table } from './tables/table.ts'
import { tuningCharts } from './tune/charts.ts'
import { tuningTables } from './tune/points-table.ts'
import { type Tuning, tuningsOf } from './tune/tuning.ts'
import type { VllmBenchTrial } from './vllm-bench/trial-summary.ts'

export interface ReportOptions {
  readonly title?: string
  /** Money inputs set by the user; the catalogue's sourced defaults for the rest. */
  readonly money?: MoneyOptions
  /** Published tables to audit, with or without runs. */
  readonly claims?: Claims
  /** Which tables, by id; all tables with content unless given. */
  readonly tables?: readonly ReportTable[]
  /** Series from the rows of the runs, by run id: with it, even if empty, the report has charts. */
  readonly series?: ReadonlyMap<string, RunSeries>
  readonly vllmBench?: readonly VllmBenchTrial[]
  /** How each scenario is served on each card; without it the report has no serving examples. */
  readonly serving?: ServingExamples
  /** Findings of the doctor's checks on the host of a run; without it the gotchas are those of the gates. */
  readonly boxFindings?: BoxFindings
}

/** The tables of a report in their order, by id; a claims file adds `audit` and `audit-rest`. */
export const reportTables = [
  'spec',
  'fits',
  'throughput',
  'demand',
  'goodput',
  'sweep',
  'cache',
  'sessions',
  'turns',
  'economics',
  'jobs',
  'metrics',
  'winners',
  'serving',
  'advice',
  'gotchas',
  'verdict',
  'tunings',
] as const
export type ReportTable = (typeof reportTables)[number]

/** The comparison report from run records and the catalogue. Pure: the same records give the same report. */
export function buildReport(runs: readonly RunRecord[], options: ReportOptions = {}): Report {
  const report = buildReportFrom(runs, catalogueFacts(options.money, runs), options)
  const { claims } = options
  if (claims === undefined) return report
  const verdicts = verdictsOn(claims, runs)
  return {
    ...report,
    title: runs.length > 0 ? report.title : (options.title ?? `Check of ${claims.source.title}`),
    ...(options.tables === undefined ? { answer: withClaims(report.answer, { claims, verdicts }) } : {}),
    tables: [...report.tables, ...auditTables(claims, verdicts)],
  }
}

/** The tables of checked claims, by arithmetic, catalogue and runs. */
export const claimTables = (claims: Claims, runs: readonly RunRecord[]): Table[] =>
  auditTables(claims, verdictsOn(claims, runs))

const verdictsOn = (claims: Claims, runs: readonly RunRecord[]): Verdict[] =>
  auditClaims(claims, claimCatalogue, measuredFindings(claims, runs, claimCatalogue))

/** The same from facts that the caller brings, without an audit. */
export function buildReportFrom(runs: readonly RunRecord[], facts: Facts, options: ReportOptions = {}): Report {
  const wanted = new Set<string>(options.tables ?? reportTables)
  const ordinary = asRun(runs)
  const selection = selectRuns(ordinary, facts)
  const tunings = wanted.has('tunings') ? tuningsOf(runs, facts) : []
  const scenario = wanted.has('economics') ? economicsScenario(selection) : null
  const money = scenario === null ? null : moneyModel(selection, facts, scenario)
  const winners = selection.scenarios.map((row) => winnerOf(row, selection, facts))
  const charts = withTunings(
    comparisonCharts(selection, facts, money && scenario && { model: money, scenario }, options.series ?? new Map()),
    tunings,
  )
  return {
    title: options.title ?? titleOf(runs, workloadsOf(selection), facts),
    ...(options.tables === undefined && runs.length > 0
      ? { answer: reportAnswer({ runs, selection, facts, winners, tunings, charts: charts.list }) }
      : {}),
    tables: withSharedCaveat(
      [
        ...(ordinary.length === 0
          ? []
          : comparisonTables(selection, facts, winners, options).filter((table) => wanted.has(table.id))),
        ...tunings.flatMap((tuning, at) => tuningTables(tuning, facts, at + 1)),
      ],
      selectedRuns(selection),
    ),
    sources: runs.map(sourceOf).toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    money,
    simulated: runs.some((run) => run.source === 'simulated'),
    ...(options.series === undefined ? {} : { charts }),
    ...(options.vllmBench === undefined ? {} : { vllmBench: options.vllmBench }),
  }
}

/** The charts of a comparison and of its tunings. */
const withTunings = ({ list, notes }: ReportCharts, tunings: readonly Tuning[]): ReportCharts => ({
  list: [...list, ...tunings.flatMap((tuning, at) => tuningCharts(tuning, at + 1))],
  notes,
})

/** The runs of cards as they are run: points of a tuning are in its own tables. */
const asRun = (runs: readonly RunRecord[]): RunRecord[] => runs.filter((run) => !isOperatingPoint(run))

/** The runs that a report shows, one per scenario and card: only their rows have to be read. */
export function shownRuns(runs: readonly RunRecord[], money?: MoneyOptions): RunRecord[] {
  return selectedRuns(selectRuns(asRun(runs), catalogueFacts(money, runs)))
}

function comparisonTables(
  selection: Selection,
  facts: Facts,
  winners: readonly Winner[],
  options: ReportOptions,
): Table[] {
  const cards = selection.cards.flatMap(({ key }) => facts.card(key) ?? [])
  const scenario = economicsScenario(selection)
  const shown = selectedRuns(selection)
  return [
    cards.length > 0 ? specTable(cards) : null,
    cards.length > 0 ? fitsTable(cards, queuedNotes(selection, facts)) : null,
    selection.scenarios.every(hasFixedDemand) ? null : throughputTable(selection, facts),
    demandTable(selection, facts),
    goodputTable(selection),
    sweepTable(sweepsOf(shown, facts)),
    cacheTable(selection),
    sessionsTable(selection, facts),
    turnsTable(selection),
    scenario === null ? null : economicsTable(selection, facts, scenario),
    jobsTable(selection, facts),
    metricsTable(selection),
    selection.cards.length > 1 ? winnersTable(winners) : null,
    options.serving === undefined ? null : servingTable(selection, options.serving),
    adviceTable({ selection, facts, cards }),
    gotchasTable(shown, facts, options.boxFindings),
    verdictTable(winners, selection, facts),
  ].filter((table) => table !== null)
}
