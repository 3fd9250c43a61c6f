import { isOfSignature, quotability } from '../harness/evidence/refusals.ts'
import { gateTally } from '../harness/gates/evaluate.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import { settingText } from '../harness/record/setting/operating-point.ts'
import type { ReportSource } from './report.ts'
import { runRemarks } from './run-remarks.ts'

/** A record behind a report: number of gates by result, and the evidence of those that did not pass. */
export function sourceOf(run: RunRecord): ReportSource {
  const tally = gateTally(run)
  // a required gate that was not measured prevents a quotable run, as a failed one does
  const findings = run.gates.filter(
    ({ status, required }) => status === 'fail' || status === 'warn' || (required && status === 'not-measured'),
  )
  const remarks = runRemarks(run)
  const setting = settingText(run)
  const { quotable, reasons } = quotability(run)
  // of simulated runs, and of those that a gate stops, the signature is the least
  const unsigned = run.source === 'live' && reasons.every(isOfSignature) ? reasons : []
  return {
    id: run.id,
    source: run.source,
    status: run.status,
    card: run.card.key ?? run.card.name ?? 'unknown card',
    scenario: run.scenario.name,
    startedAt: run.startedAt,
    ...(setting === null ? {} : { setting }),
    quotable,
    gates: {
      pass: tally.pass,
      warn: tally.warn,
      fail: tally.fail,
      notMeasured: tally['not-measured'],
      findings: [...findings.map((gate) => `${gate.id} ${gate.status}: ${gate.evidence}`), ...unsigned],
    },
    ...(remarks.length > 0 ? { remarks } : {}),
  }
}
