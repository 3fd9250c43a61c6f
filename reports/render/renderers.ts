import type { RenderedFile, Report } from '../report.ts'
import { renderCsv } from './csv.ts'
import { renderJson } from './json.ts'
import { renderMarkdown } from './markdown.ts'
import { renderTerminal } from './terminal.ts'
import { renderVllmBench } from './vllm-summary.ts'

type Renderer = (report: Report) => RenderedFile[] | Promise<RenderedFile[]>

/** Every format by the name that `--format` takes; each makes the files of a report without writing them. */
export const renderers = {
  terminal: (report) => [{ name: 'report.txt', text: renderTerminal(report) }],
  md: (report) => [{ name: 'report.md', text: renderMarkdown(report) }],
  html: async (report) => {
    // Loaded on demand: loading the chart library takes longer than rendering any other format.
    const { renderHtml } = await import('./html/page.ts')
    return [{ name: 'report.html', text: renderHtml(report) }]
  },
  csv: renderCsv,
  json: (report) => [{ name: 'report.json', text: renderJson(report) }],
  vllm: renderVllmBench,
} as const satisfies Record<string, Renderer>

export type Format = keyof typeof renderers
export const formats = Object.keys(renderers) as readonly Format[]
