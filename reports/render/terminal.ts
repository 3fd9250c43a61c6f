import { styleText } from 'node:util'
import type { Report } from '../report.ts'
import type { Table } from '../tables/table.ts'
import { answerLines } from './answer-lines.ts'
import { commandGroups } from './grid/command-groups.ts'
import { commandLines } from './grid/command-lines.ts'
import { tableGrid } from './grid/table-grid.ts'
import { tableText } from './grid/table-text.ts'
import { gridLines } from './grid/text-grid.ts'
import { printable, wrapTo } from './plain-text.ts'
import { simulatedBanner } from './simulated-words.ts'
import { sourceLines } from './source-lines.ts'

export interface TerminalOptions {
  /** Maximum width in columns; 100 unless given, at least 40. */
  readonly columns?: number
  /** Colour by meaning; off unless given, so that piped text is plain. */
  readonly color?: boolean
  /** Without the sources at the end: for a first look at a report that is written beside it. */
  readonly omitSources?: true
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, line: string) => string

/** The whole report as text for a terminal, ending in a line feed. Plain unless `color`. */
export function renderTerminal(report: Report, options: TerminalOptions = {}): string {
  const columns = Math.max(40, Math.min(options.columns ?? 100, 100))
  // The caller has decided on colour (terminal, NO_COLOR): the stream is not checked again.
  const paint: Paint = (style, line) => (options.color ? styleText(style, line, { validateStream: false }) : line)
  const blocks = report.tables.map(({ sources: _atTheEnd, ...table }) => tableLines(table, columns, paint))
  const sources = sourceLines(report).flatMap((line) =>
    hanging(printable(line).trimStart(), columns - 2).map((part) => (line.startsWith('  ') ? `  ${part}` : part)),
  )
  const head = headOf(report, columns, paint)
  const end = options.omitSources ? [] : [[paint('bold', 'Sources'), ...sources]]
  return `${[...head, ...blocks, ...end].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** Title, what SIMULATED means where it is, and the answer; neither title nor answer in a report of chosen tables. */
function headOf(report: Report, columns: number, paint: Paint): string[][] {
  const { title, author, answer, simulated } = report
  const banner = simulatedBanner(report)
  const said = banner === null ? [] : [wrapTo(banner, columns).map((line) => paint('yellow', line))]
  if (answer === undefined) return said
  const named = wrapTo(`${printable(title)}${simulated ? ' SIMULATED' : ''}`, columns)
  return [
    named.map((line) => paint(simulated ? ['bold', 'yellow'] : 'bold', line)),
    ...said,
    [
      ...(author === undefined ? [] : wrapTo(`By ${printable(author)}`, columns)),
      ...answerLines(answer, columns, paint),
    ],
  ]
}

/** Tables alone, without the sources of a report. */
export function tablesOnTerminal(tables: readonly Table[], options: TerminalOptions = {}): string {
  const columns = Math.max(40, Math.min(options.columns ?? 100, 100))
  const paint: Paint = (style, line) => (options.color ? styleText(style, line, { validateStream: false }) : line)
  return `${tables.map((table) => tableLines(table, columns, paint).join('\n')).join('\n\n')}\n`
}

function tableLines(table: Table, columns: number, paint: Paint): string[] {
  const commands = commandGroups(table)
  const grid =
    commands === null ? gridLines(tableGrid(table), columns, paint) : commandLines(table, commands, { columns, paint })
  const title = wrapTo(`${printable(table.title)}${table.simulated ? ' SIMULATED' : ''}`, columns).map((line) =>
    paint(table.simulated ? ['bold', 'yellow'] : 'bold', line),
  )
  const { marks, footnotes } = tableText(table)
  const numbered = footnotes.map((footnote, index) => `[${index + 1}] ${footnote}`)
  const under = [...marks, ...numbered, ...table.notes, ...(table.sources ?? [])]
  const small = under.flatMap((line) => hanging(printable(line), columns)).map((line) => paint('dim', line))
  return [...title, ...grid, ...small]
}

/** Wraps a note with later lines indented by two. */
function hanging(line: string, columns: number): string[] {
  return wrapTo(line, columns - 2).map((part, index) => (index === 0 ? part : `  ${part}`))
}
