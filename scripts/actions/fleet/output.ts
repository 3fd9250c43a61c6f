import { renderMarkdown } from '../../../reports/render/markdown.ts'
import { escapeMarkdown } from '../../../reports/render/markdown-text.ts'
import { printable, wrapTo } from '../../../reports/render/plain-text.ts'
import type { RenderedFile, Report } from '../../../reports/report.ts'
import { writeFiles } from '../../../reports/write-files.ts'
import type { CommandIo } from '../../support/io.ts'
import { factTables } from '../../support/terminal.ts'

/* What the commands of a fleet print and write. */

/** The answer, then the tables, as wide as the terminal. */
export function onTerminal(sentence: string, report: (width: number) => Report, io: CommandIo): string {
  const width = Math.max(40, Math.min(io.columns ?? 100, 100))
  const built = report(width)
  const stamp = built.simulated ? 'SIMULATED. ' : ''
  const answer = wrapTo(printable(`${stamp}${sentence}`), width).join('\n')
  return `${answer}\n\n${factTables(built.tables, io)}`
}

/** The answer after the title of a Markdown report. */
export function markdown(report: Report, sentence: string): string {
  const text = renderMarkdown(report)
  const at = text.indexOf('\n')
  return `${text.slice(0, at)}\n\n${escapeMarkdown(sentence)}\n${text.slice(at)}`
}

/** Writes the files of a format under a folder, and names them on stderr. Throws `environment` where that fails. */
export async function write(files: readonly RenderedFile[], outDir: string, io: CommandIo): Promise<void> {
  for (const path of await writeFiles(files, outDir)) io.stderr.write(`wrote ${path}\n`)
}
