import type { RunRecord } from '../../harness/record/schema/run.ts'
import { buildReport } from '../build.ts'
import { renderers } from '../render/renderers.ts'

/** One report of a bundle, by its name in the bundle. */
export interface BundledReport {
  readonly name: string
  readonly text: string
}

const formats = ['md', 'html', 'csv', 'json'] as const

/** The reports that go into a bundle of these runs: the same runs in the same order give the same bytes. */
export async function bundleReports(records: readonly RunRecord[]): Promise<BundledReport[]> {
  const report = buildReport(records)
  const rendered = (await Promise.all(formats.map((format) => renderers[format](report)))).flat()
  return rendered.map(({ name, text }) => ({ name: `reports/${name}`, text }))
}
