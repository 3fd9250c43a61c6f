import type { RenderedFile, Report } from '../report.ts'
import { renderCsv } from './csv.ts'
import { renderHtml } from './html/page.ts'
import { renderJson } from './json.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTerminal } from './terminal.ts'

/** Every format by the name that `--format` takes; each makes the files of a report, none touches the disk. */
export const renderers = {
  terminal: (report) => [{ name: 'report.txt', text: renderTerminal(report) }],
  md: (report) => [{ name: 'report.md', text: renderMarkdown(report) }],
  html: (report) => [{ name: 'report.html', text: renderHtml(report) }],
  csv: renderCsv,
  json: (report) => [{ name: 'report.json', text: renderJson(report) }],
} as const satisfies Record<string, (report: Report) => RenderedFile[]>

export type Format = keyof typeof renderers
export const formats = Object.keys(renderers) as readonly Format[]

/** Whether a word is the name of a format. */
export const isFormat = (word: string): word is Format => Object.hasOwn(renderers, word)
