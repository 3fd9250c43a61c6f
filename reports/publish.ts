import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { JoulemarkError, messageOf } from '../harness/errors.ts'
import { type Format, renderers } from './render/renderers.ts'
import type { Report } from './report.ts'

/**
 * Writes a report in the given formats under a folder (made if it is not there) and gives the paths written, in order.
 * `terminal` is written as `report.txt` like any other; `renderTerminal` gives it for a screen.
 * The only place of the reporter that writes to disk. Throws `environment` when that fails.
 */
export async function publish(report: Report, formats: readonly Format[], outDir: string): Promise<string[]> {
  const files = (await Promise.all([...new Set(formats)].map((format) => renderers[format](report)))).flat()
  const written: string[] = []
  for (const { name, text } of files) {
    const path = join(outDir, name)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    } catch (cause) {
      throw new JoulemarkError('environment', `cannot write the report to ${path}: ${messageOf(cause)}`, { cause })
    }
    written.push(path)
  }
  return written
}
