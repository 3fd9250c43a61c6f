import type { Gate, RunRecord } from '../harness/record/schema.ts'
import { catalogueFacts } from './catalogue-facts.ts'
import { auditClaims } from './claims/audit.ts'
import { claimCatalogue } from './claims/claim-catalogue.ts'
import { measuredFindings } from './claims/measured.ts'
import type { Claims } from './claims/schema.ts'
import type { Facts, MoneyOptions } from './facts.ts'
import type { Report, ReportSource } from './report.ts'
import { auditTables } from './tables/audit.ts'
import { economicsScenario, economicsTable } from './tables/economics.ts'
import { selectRuns } from './tables/selection.ts'
import { throughputTable } from './tables/throughput.ts'

export interface ReportOptions {
  readonly title?: string
  /** What a person sets about money; the catalogue's sourced defaults for the rest. */
  readonly money?: MoneyOptions
  /** Somebody's tables to audit beside the runs, or without any. */
  readonly claims?: Claims
}

/** The comparison report from run records and the catalogue. Pure: the same records give the same report. */
export function buildReport(runs: readonly RunRecord[], options: ReportOptions = {}): Report {
  const report = buildReportFrom(runs, catalogueFacts(options.money), options.title)
  if (options.claims === undefined) return report
  const measured = measuredFindings(options.claims, runs, claimCatalogue)
  const verdicts = auditClaims(options.claims, claimCatalogue, measured)
  return { ...report, tables: [...report.tables, ...auditTables(options.claims, verdicts)] }
}

/** The same from facts that the caller brings, without an audit. */
export function buildReportFrom(runs: readonly RunRecord[], facts: Facts, title = 'Joulemark report'): Report {
  const selection = selectRuns(runs, facts)
  const scenario = economicsScenario(selection)
  const tables = [
    ...(runs.length > 0 ? [throughputTable(selection, facts)] : []),
    ...(scenario === null ? [] : [economicsTable(selection, facts, scenario)]),
  ]
  return {
    title,
    tables,
    sources: runs.map(sourceOf).toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    simulated: runs.some((run) => run.source === 'simulated'),
  }
}

export function sourceOf(run: RunRecord): ReportSource {
  const count = (status: Gate['status']) => run.gates.filter((gate) => gate.status === status).length
  const findings = run.gates.filter((gate) => gate.status === 'fail' || gate.status === 'warn')
  return {
    id: run.id,
    source: run.source,
    status: run.status,
    card: run.card.key ?? run.card.name ?? 'unknown card',
    scenario: run.scenario.name,
    startedAt: run.startedAt,
    quotable: run.quotable,
    gates: {
      pass: count('pass'),
      warn: count('warn'),
      fail: count('fail'),
      notMeasured: count('not-measured'),
      findings: findings.map((gate) => `${gate.id} ${gate.status}: ${gate.evidence}`),
    },
  }
}
