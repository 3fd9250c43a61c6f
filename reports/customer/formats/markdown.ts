import { gridMarkdown } from '../../render/markdown.ts'
import { escapeMarkdown } from '../../render/markdown-text.ts'
import { printable } from '../../render/plain-text.ts'
import type { Table } from '../../tables/table.ts'
import { type Block, type CustomerReport, type Item, onlyTable, type Section } from '../document.ts'

/** The report as GitHub-flavoured Markdown. A chart is its description; a logo stays in the HTML. */
export function customerMarkdown(report: CustomerReport): string {
  const { title, facts, banners, lead, sections, simulated } = report
  return [
    `# ${escapeMarkdown(title)}${simulated ? ' (SIMULATED)' : ''}`,
    facts.map(({ label, text }) => `- ${escapeMarkdown(label)}: ${escapeMarkdown(text)}`).join('\n'),
    ...banners.map((text) => `> **${escapeMarkdown(text)}**`),
    ...lead.map(escapeMarkdown),
    ...sections.flatMap(sectionMarkdown),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

function sectionMarkdown(section: Section): string[] {
  const only = onlyTable(section)
  return [
    `## ${escapeMarkdown(section.title)}${only?.simulated ? STAMP : ''}`,
    ...section.blocks.map((block) =>
      block.kind === 'table' ? tableMarkdown(block.table, only === null) : blockMarkdown(block),
    ),
  ]
}

const STAMP = ' (SIMULATED)'

function tableMarkdown(table: Table, isTitled: boolean): string {
  const title = isTitled ? `**${escapeMarkdown(table.title)}**${table.simulated ? STAMP : ''}\n\n` : ''
  return title + gridMarkdown(table)
}

function blockMarkdown(block: Exclude<Block, { kind: 'table' }>): string {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text)
    case 'list':
      return block.items.map((item) => `- ${itemMarkdown(item)}`).join('\n')
    case 'code':
      return `**${escapeMarkdown(block.title)}**\n\n${fenced(block.lines)}`
    case 'chart':
      return escapeMarkdown(block.chart.summary)
    default:
      return block satisfies never
  }
}

const itemMarkdown = ({ lead, text }: Item): string =>
  lead === undefined ? escapeMarkdown(text) : `**${escapeMarkdown(lead)}** ${escapeMarkdown(text)}`

/** Code between fences that are longer than any in it. */
function fenced(lines: readonly string[]): string {
  const code = lines.map(printable)
  const longest = Math.max(2, ...code.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}sh`, ...code, fence].join('\n')
}
