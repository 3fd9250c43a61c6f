import type { Report } from '../report.ts'

/** The scope of every energy figure (docs/metrics.md#energy), printed on every report. */
const ENERGY_SCOPE =
  'Energy is that of the GPU board: no CPU, DRAM, PSU or cooling. Intervals are 95 % t-intervals over the trials.'

/** Where a report's figures come from, one line a run record, with what its gates found. Not escaped. */
export function sourceLines(report: Report): string[] {
  if (report.sources.length === 0) return ['No run records: nothing here was measured.']
  // Where a table tells the findings, they are not told twice.
  const told = report.tables.some((table) => table.id === 'gotchas')
  const lines = report.sources.flatMap((source) => {
    const { pass, warn, fail, notMeasured, findings } = source.gates
    const stamp = source.source === 'simulated' ? 'SIMULATED, ' : ''
    const verdict = source.quotable ? 'quotable' : 'not quotable'
    const counts = `gates: ${pass} passed, ${warn} warned, ${fail} failed, ${notMeasured} not measured`
    const status = source.status === 'complete' ? '' : `${source.status}, `
    return [
      `${source.id}: ${stamp}${status}${verdict}; ${counts}`,
      ...(told ? [] : findings.map((finding) => `  ${finding}`)),
      ...(source.remarks ?? []).map((remark) => `  ${remark}`),
    ]
  })
  return [...lines, ENERGY_SCOPE]
}
