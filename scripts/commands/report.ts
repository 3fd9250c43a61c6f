import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import { nearest } from '../../harness/scenario/nearest.ts'
import { buildReport } from '../../reports/build.ts'
import { publish } from '../../reports/publish.ts'
import { type Format, formats, isFormat } from '../../reports/render/renderers.ts'
import { renderTerminal } from '../../reports/render/terminal.ts'
import type { CommandIo } from '../support/io.ts'

/** `report` as typed. */
export interface ReportFlags {
  readonly format: string
  readonly out: string
}

/** The comparison tables from run records: on the terminal, and as files in the formats asked for. */
export async function report(paths: readonly string[], flags: ReportFlags, io: CommandIo): Promise<number> {
  const wanted = parseFormats(flags.format)
  const directories = await findRuns(paths)
  const runs = await Promise.all(directories.map(async (directory) => (await readRun(directory)).record))
  const built = buildReport(runs)
  if (wanted.includes('terminal')) {
    io.stdout(renderTerminal(built, { color: io.color, ...(io.columns === null ? {} : { columns: io.columns }) }))
  }
  const files = wanted.filter((format) => format !== 'terminal')
  if (files.length > 0) {
    const written = await publish(built, files, flags.out)
    for (const path of written) io.stderr.write(`wrote ${path}\n`)
  }
  return exitCodes.done
}

function parseFormats(text: string): Format[] {
  const words = text.split(',').map((word) => word.trim())
  return words.map((word) => {
    if (isFormat(word)) return word
    const near = nearest(word, formats)
    throw new JoulemarkError(
      'bad-input',
      `--format ${word}: ${near ? `did you mean "${near}"?` : `known: ${formats.join(', ')}`}`,
    )
  })
}
