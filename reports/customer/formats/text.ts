import { printable, wrapTo } from '../../render/plain-text.ts'
import { type TerminalOptions, tablesOnTerminal } from '../../render/terminal.ts'
import type { Block, CustomerReport } from '../document.ts'

/** The report for a terminal. */
export function customerText(report: CustomerReport, options: TerminalOptions = {}): string {
  const columns = Math.max(40, Math.min(options.columns ?? 100, 100))
  const wrapped = (text: string, indent = '') =>
    wrapTo(printable(text), columns - indent.length)
      .map((line) => indent + line)
      .join('\n')
  const block = (at: Block): string => {
    switch (at.kind) {
      case 'text':
        return wrapped(at.text)
      case 'list':
        return at.items
          .map(({ lead, text }) => `- ${wrapped(lead === undefined ? text : `${lead} ${text}`, '  ').trimStart()}`)
          .join('\n')
      case 'code':
        return [wrapped(at.title), ...at.lines.map(printable)].join('\n')
      case 'chart':
        return wrapped(at.chart.summary)
      case 'table':
        return tablesOnTerminal([at.table], options).trimEnd()
      default:
        return at satisfies never
    }
  }
  const { title, facts, banners, lead, sections, simulated } = report
  return [
    wrapped(`${title}${simulated ? ' SIMULATED' : ''}`),
    facts.map(({ label, text }) => wrapped(`${label}: ${text}`)).join('\n'),
    ...banners.map((text) => wrapped(text)),
    ...lead.map((text) => wrapped(text)),
    ...sections.flatMap((section) => [wrapped(section.title.toUpperCase()), ...section.blocks.map(block)]),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}
