import type { Report } from '../report.ts'
import type { Cell, Table } from '../tables/table.ts'
import { answerMarkdown } from './answer-markdown.ts'
import { type CommandGroup, cardsText, commandGroups, workloadsText } from './grid/command-groups.ts'
import { groupedRows } from './grid/row-groups.ts'
import { type TableText, tableText } from './grid/table-text.ts'
import { escapeMarkdown } from './markdown-text.ts'
import { printable } from './plain-text.ts'
import { simulatedBanner } from './simulated-words.ts'
import { sourceLines } from './source-lines.ts'

/** The whole report as GitHub-flavoured Markdown. Text from outside cannot create a link, image, HTML or column. */
export function renderMarkdown(report: Report): string {
  const stamp = report.simulated ? ' (SIMULATED)' : ''
  const sources = sourceLines(report).map(
    (line) => `${line.startsWith('  ') ? '  ' : ''}- ${escapeMarkdown(line.trim())}`,
  )
  const banner = simulatedBanner(report)
  return [
    `# ${escapeMarkdown(report.title)}${stamp}\n`,
    ...(report.author === undefined ? [] : [`By ${escapeMarkdown(report.author)}\n`]),
    ...(banner === null ? [] : [`${escapeMarkdown(banner)}\n`]),
    ...(report.answer === undefined ? [] : [answerMarkdown(report.answer)]),
    ...report.tables.map(({ sources: _atTheEnd, ...table }) => tableSection(table)),
    `## Sources\n\n${sources.join('\n')}\n`,
  ].join('\n')
}

function tableSection(table: Table): string {
  const title = `## ${escapeMarkdown(table.title)}${table.simulated ? ' (SIMULATED)' : ''}`
  return `${title}\n\n${gridMarkdown(table)}\n`
}

/** A table with its notes, without its title. */
export function gridMarkdown(table: Table): string {
  const text = tableText(table)
  const { columns, groups } = groupedRows(table)
  const heads = columns.map(({ head }) => escapeMarkdown(head))
  const rules = columns.map(({ align }) => (align === 'right' ? '---:' : '---'))
  const rows = groups.flatMap((group) => [
    ...(group.head.length === 0 ? [] : [groupHead(group.head, columns.length, text)]),
    ...group.rows.map((row) => row.cells.map((cell) => cellMarkdown(cell, text))),
  ])
  const under = [
    ...text.marks,
    ...text.footnotes.map((footnote, index) => `(${index + 1}) ${footnote}`),
    ...table.notes,
    ...(table.sources ?? []),
  ]
  const grid = [heads, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  const list = under.map((line) => `- ${escapeMarkdown(line)}`)
  const lines = commandGroups(table)?.flatMap((group) => commandSection(group, text)) ?? grid
  return [...lines, ...(list.length > 0 ? ['', ...list] : [])].join('\n')
}

/** A row that names what those below it have in common. */
function groupHead(cells: readonly Cell[], columns: number, text: TableText): string[] {
  const { main, sub } = text.heading(cells)
  const small = sub === null ? '' : `, ${escapeMarkdown(sub)}`
  return [`**${escapeMarkdown(main)}**${small}`, ...Array.from({ length: columns - 1 }, () => '')]
}

/** A command under a heading of its own: a cell of a Markdown table cannot hold one. */
function commandSection(group: CommandGroup, text: TableText): string[] {
  const code = group.lines.map(printable)
  // A fence longer than any in the code.
  const longest = Math.max(2, ...code.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)))
  const fence = '`'.repeat(longest + 1)
  return [
    `### ${escapeMarkdown(`${cardsText(group)}: ${group.workloads[0]!.title}${group.workloads.length > 1 ? ', and others' : ''}`)}`,
    '',
    ...(group.workloads.length > 1 ? [`- Workloads: ${escapeMarkdown(workloadsText(group))}`] : []),
    ...group.shared.map(({ cell, head }) => `- ${escapeMarkdown(head)}: ${cellMarkdown(cell, text)}`),
    ...(code.length > 0 ? ['', `${fence}sh`, ...code, fence] : []),
    '',
  ]
}

function cellMarkdown(cell: Cell, text: TableText): string {
  const { main, mark, sub, number } = text.cell(cell)
  const first = escapeMarkdown(main + mark) + (number === null ? '' : ` (${number})`)
  return sub === null ? first : `${first}<br>${escapeMarkdown(sub)}`
}
