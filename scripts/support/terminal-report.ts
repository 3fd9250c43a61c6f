import { wrapTo } from '../../reports/render/plain-text.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { Report } from '../../reports/report.ts'
import type { CommandIo } from './io.ts'

/** What a person in front of a terminal asks first; the rest is a screen or two more. */
const firstLook = new Set(['throughput', 'economics', 'winners', 'audit'])
/** A table of winners longer than this is no first look. */
const FEW_WORKLOADS = 8

/** A report for the terminal: the tables of one look and a line that names the others, or `all` of them. */
export function terminalText(report: Report, io: CommandIo, all: boolean): string {
  const tables = report.tables.filter(
    ({ id, rows }) => all || (firstLook.has(id) && (id !== 'winners' || rows.length <= FEW_WORKLOADS)),
  )
  const others = report.tables.filter((table) => !tables.includes(table)).map(({ title }) => title)
  if (others.length === report.tables.length || others.length === 0) return render(report, io)
  // What the gates found is one of the tables that were left out: told there, once.
  const sources = report.sources.map((source) => ({ ...source, gates: { ...source.gates, findings: [] } }))
  const text = render({ ...report, tables, sources }, io)
  const rest = `Not shown: ${others.join(', ')}. --all shows them here, --format html on a page with charts.`
  return `${text}${wrapTo(rest, Math.min(io.columns ?? 100, 100)).join('\n')}\n`
}

const render = (report: Report, io: CommandIo): string =>
  renderTerminal(report, { color: io.color, ...(io.columns === null ? {} : { columns: io.columns }) })
