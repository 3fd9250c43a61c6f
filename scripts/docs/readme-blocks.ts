/** Tables of the shipped example report that the README opens with, by their titles. */
const shown = ['Throughput by workload', 'Power and cost per token']

/** The sample of real output: two tables of reports/examples/report.txt. Throws RangeError when one is not there. */
export function sampleOutput(report: string): string {
  const tables = shown.map((title) => {
    const from = report.indexOf(`${title} `)
    // the last line of its grid
    const end = report.indexOf('\n', report.indexOf('┴', from))
    if (from < 0 || end < 0) throw new RangeError(`the example report has no table "${title}"`)
    return report.slice(from, end)
  })
  return ['```', tables.join('\n\n'), '```'].join('\n')
}
