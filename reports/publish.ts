import { type Format, renderers } from './render/renderers.ts'
import type { Report } from './report.ts'
import { writeFiles } from './write-files.ts'

/**
 * Writes a report in the given formats under a folder (made if it is not there) and gives the paths written, in order.
 * `terminal` is written as `report.txt` like any other; `renderTerminal` gives it for a screen.
 * Throws `environment` when that fails.
 */
export async function publish(report: Report, formats: readonly Format[], outDir: string): Promise<string[]> {
  const files = (await Promise.all([...new Set(formats)].map((format) => renderers[format](report)))).flat()
  return writeFiles(files, outDir, 'the report to ')
}
