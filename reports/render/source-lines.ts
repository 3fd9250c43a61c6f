import type { Report } from '../report.ts'

/** The scope of every energy figure (docs/metrics.md#energy), printed on every report. */
const ENERGY_SCOPE =
  'Energy is measured at the GPU board, without CPU, DRAM, PSU and cooling. Intervals are 95 % t-intervals over the trials.'

/** The sources of a report: those of its tables, then one line per run record with the findings of its gates. Not escaped. */
export const sourceLines = (report: Report): string[] => [
  ...report.tables.flatMap(({ sources = [] }) => sources),
  ...recordLines(report),
]

/** The run records alone. */
export function recordLines(report: Report): string[] {
  if (report.sources.length === 0) return ['No run records: this report contains no measurements.']
  // Findings that a table lists are not repeated.
  const areListed = report.tables.some((table) => table.id === 'gotchas')
  const lines = report.sources.flatMap((source) => {
    const { pass, warn, fail, notMeasured, findings } = source.gates
    const stamp = source.source === 'simulated' ? 'SIMULATED, ' : ''
    const verdict = source.quotable ? 'quotable' : 'not quotable'
    const counts = `gates: ${pass} passed, ${warn} warned, ${fail} failed, ${notMeasured} not measured`
    const status = source.status === 'complete' ? '' : `${source.status}, `
    const setting = source.setting === undefined ? '' : `at ${source.setting}, `
    return [
      `${source.id}: ${setting}${stamp}${status}${verdict}; ${counts}`,
      ...(areListed ? [] : findings.map((finding) => `  ${finding}`)),
      ...(source.remarks ?? []).map((remark) => `  ${remark}`),
    ]
  })
  return [...lines, ENERGY_SCOPE]
}
