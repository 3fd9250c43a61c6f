import type { Report } from '../report.ts'
import type { Cell, Table, TableRow } from '../tables/table.ts'
import { answerMarkdown } from './answer-markdown.ts'
import { type Footnotes, footnotesOf, tableMarks } from './footnotes.ts'
import { formatCell } from './format-cell.ts'
import { escapeMarkdown } from './markdown-text.ts'
import { printable } from './plain-text.ts'
import { sourceLines } from './source-lines.ts'

/** The whole report as GitHub-flavoured Markdown. Text from outside cannot create a link, image, HTML or column. */
export function renderMarkdown(report: Report): string {
  const stamp = report.simulated ? ' (SIMULATED)' : ''
  const sources = sourceLines(report).map(
    (line) => `${line.startsWith('  ') ? '  ' : ''}- ${escapeMarkdown(line.trim())}`,
  )
  return [
    `# ${escapeMarkdown(report.title)}${stamp}\n`,
    ...(report.author === undefined ? [] : [`By ${escapeMarkdown(report.author)}\n`]),
    ...(report.answer === undefined ? [] : [answerMarkdown(report.answer)]),
    ...report.tables.map(tableSection),
    `## Sources\n\n${sources.join('\n')}\n`,
  ].join('\n')
}

function tableSection(table: Table): string {
  const title = `## ${escapeMarkdown(table.title)}${table.simulated ? ' (SIMULATED)' : ''}`
  return `${title}\n\n${gridMarkdown(table)}\n`
}

/** A table with its notes, without its title. */
export function gridMarkdown(table: Table): string {
  const notes = footnotesOf(table)
  const heads = table.columns.map(({ head }) => escapeMarkdown(head))
  const rules = table.columns.map(({ align }) => (align === 'right' ? '---:' : '---'))
  const rows = table.rows.map((row) => row.cells.map((cell) => cellMarkdown(cell, notes)))
  const under = [
    ...tableMarks(table),
    ...notes.texts.map((footnote, index) => `(${index + 1}) ${footnote}`),
    ...table.notes,
  ]
  const grid = [heads, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const list = under.map((line) => `- ${escapeMarkdown(line)}`)
  const coded = table.rows.some((row) => row.cells.some(({ kind }) => kind === 'code'))
  const lines = coded ? table.rows.flatMap((row) => codeSection(table, row, notes)) : grid
  return [...lines, ...(list.length > 0 ? ['', ...list] : [])].join('\n')
}

/** A row with a command under a head of its own: a cell of a Markdown table cannot hold one. */
function codeSection(table: Table, row: TableRow, notes: Footnotes): string[] {
  const cells = row.cells.map((cell, index) => ({ cell, head: table.columns[index]!.head }))
  const [named, others] = [cells.slice(0, 2), cells.slice(2)]
  const code = others.flatMap(({ cell }) => (cell.kind === 'code' ? cell.lines.map(printable) : []))
  // A fence longer than any in the code.
  const longest = Math.max(2, ...code.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)))
  const fence = '`'.repeat(longest + 1)
  return [
    `### ${named.map(({ cell }) => cellMarkdown(cell, notes)).join(' · ')}`,
    '',
    ...others.flatMap(({ cell, head }) =>
      cell.kind === 'code' ? [] : [`- ${escapeMarkdown(head)}: ${cellMarkdown(cell, notes)}`],
    ),
    ...(code.length > 0 ? ['', `${fence}sh`, ...code, fence] : []),
    '',
  ]
}

function cellMarkdown(cell: Cell, notes: Footnotes): string {
  const { main, sub, footnote } = formatCell(cell)
  const number = notes.numberOf(footnote)
  const first = escapeMarkdown(main) + (number === null ? '' : ` (${number})`)
  return sub === null ? first : `${first}<br>${escapeMarkdown(sub)}`
}
