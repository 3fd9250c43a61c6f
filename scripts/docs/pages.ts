import { readFile } from 'node:fs/promises'
import { spreadTable } from './acceptance-page.ts'
import { commandsPage, manPage } from './answers/commands-page.ts'
import { nightBlock } from './answers/night-block.ts'
import { runBlock } from './answers/run-block.ts'
import { verdictsPage } from './answers/verdicts-page.ts'
import { roomTables } from './architecture-page.ts'
import { nightTable } from './box-page.ts'
import { cataloguePage } from './catalogue-page.ts'
import { claimTables } from './claims-page.ts'
import { engineTables } from './engines-page.ts'
import { gatesPage } from './gates-page.ts'
import { withBlock } from './generated-block.ts'
import { metricTables } from './metrics-page.ts'
import { exportedTables } from './monitoring-page.ts'
import { sampleOutput } from './readme-blocks.ts'
import { referencePages } from './reference/reference-pages.ts'
import { vllmFlagTables } from './vllm-flags-page.ts'

/** A page that is generated from the code, whole or in part. */
export interface Page {
  /** Path from the root of the repository. */
  readonly file: string
  /** The current page, made from the page on disk. */
  readonly text: () => Promise<string>
}

const rootUrl = new URL('../../', import.meta.url)
/** The URL of a file of the repository. */
export const inRepository = (file: string): URL => new URL(file, rootUrl)

/** Every page that `npm run docs` writes, and that a test compares with the code. */
export const pages: readonly Page[] = [
  { file: 'docs/architecture.md', text: () => pageWithBlock('docs/architecture.md', 'rooms', roomTables()) },
  { file: 'docs/acceptance.md', text: () => pageWithBlock('docs/acceptance.md', 'spreads', spreadTable()) },
  { file: 'docs/box.md', text: async () => pageWithBlock('docs/box.md', 'nights', await nightTable()) },
  { file: 'docs/journey-new-server.md', text: newServerPage },
  { file: 'docs/run.md', text: runPage },
  { file: 'docs/claims.md', text: () => pageWithBlock('docs/claims.md', 'claim-rows', claimTables()) },
  { file: 'docs/engines.md', text: () => pageWithBlock('docs/engines.md', 'engines', engineTables()) },
  { file: 'docs/catalogue-models.md', text: async () => cataloguePage() },
  { file: 'docs/commands.md', text: async () => commandsPage() },
  { file: 'docs/man/joulemark.1', text: async () => manPage() },
  { file: 'docs/gates.md', text: async () => gatesPage() },
  { file: 'docs/verdicts.md', text: async () => verdictsPage() },
  ...referencePages.map(({ file, text }) => ({ file, text: async () => text() })),
  { file: 'README.md', text: readme },
  { file: 'docs/monitoring.md', text: () => pageWithBlock('docs/monitoring.md', 'exported', exportedTables()) },
  { file: 'docs/metrics.md', text: () => pageWithBlock('docs/metrics.md', 'metrics', metricTables()) },
  {
    file: 'docs/vllm-bench-serve.md',
    text: () => pageWithBlock('docs/vllm-bench-serve.md', 'vllm-flags', vllmFlagTables()),
  },
]

async function pageWithBlock(file: string, name: string, text: string): Promise<string> {
  return withBlock(await readFile(inRepository(file), 'utf8'), name, text)
}

async function newServerPage(): Promise<string> {
  const document = await readFile(inRepository('reports/examples/box-result.json'), 'utf8')
  return pageWithBlock('docs/journey-new-server.md', 'night', nightBlock(document))
}

/** An example run with eight streams: enough for every percentile. */
const EXAMPLE_RUN = 'reports/examples/runs/20261127-212633-rtx-4090-llama-3.1-8b-fp8-chat-c8/run.json'

async function runPage(): Promise<string> {
  return pageWithBlock('docs/run.md', 'answer', runBlock(await readFile(inRepository(EXAMPLE_RUN), 'utf8')))
}

async function readme(): Promise<string> {
  const page = await readFile(inRepository('README.md'), 'utf8')
  const report = await readFile(inRepository('reports/examples/report.txt'), 'utf8')
  return withBlock(page, 'sample', sampleOutput(report))
}
