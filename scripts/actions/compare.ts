import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suggestion } from '../../harness/catalogue/nearest.ts'
import { exitCodes, JoulemarkError, messageOf } from '../../harness/errors.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { type Comparison, compareRuns } from '../../reports/compare/comparison.ts'
import { comparisonDocument } from '../../reports/compare/json.ts'
import { comparisonJunit } from '../../reports/compare/junit.ts'
import { comparisonReport } from '../../reports/compare/report.ts'
import { renderMarkdown } from '../../reports/render/markdown.ts'
import type { CommandIo } from '../support/io.ts'
import { render } from '../support/terminal.ts'

/** Flags of `compare`. */
export interface CompareFlags {
  /** Above 0, below 0.5; default 3 %. */
  readonly smallestEffect?: number
  readonly json?: boolean
  readonly format: string
  readonly out: string
  readonly force?: boolean
}

/** The file formats of a comparison, with their writers. */
const fileFormats = {
  md: { name: 'compare.md', render: (each: Comparison) => renderMarkdown(comparisonReport(each)) },
  json: { name: 'compare.json', render: (each: Comparison) => jsonText(each) },
  junit: { name: 'compare.junit.xml', render: comparisonJunit },
} as const
type FileFormat = keyof typeof fileFormats
const formats = ['terminal', ...Object.keys(fileFormats)] as readonly (FileFormat | 'terminal')[]

/** Compares two sides of runs: prints the verdict and returns 1 if a metric regressed. */
export async function compare(
  baseline: string,
  candidate: string,
  flags: CompareFlags,
  io: CommandIo,
): Promise<number> {
  const formats = parseFormats(flags.format)
  const { smallestEffect } = flags
  const [before, after] = await Promise.all([readSide(baseline), readSide(candidate)])
  const comparison = compareRuns(before, after, smallestEffect === undefined ? {} : { smallestEffect })
  refuse(comparison, flags.force === true, `${baseline} and ${candidate}`)
  if (flags.json) io.stdout(jsonText(comparison))
  else if (formats.includes('terminal')) io.stdout(terminalText(comparison, io))
  for (const path of await writeFormats(comparison, formats, flags.out)) io.stderr.write(`wrote ${path}\n`)
  return exitCodeOf(comparison)
}

/** Exit code 1 if a metric regressed, otherwise 0, also if the verdict is inconclusive. */
export const exitCodeOf = ({ verdict }: Comparison): number =>
  verdict === 'regressed' ? exitCodes.negativeResult : exitCodes.done

/** A comparison as text for the terminal. */
export const terminalText = (comparison: Comparison, io: CommandIo): string => render(comparisonReport(comparison), io)

/** Throws `bad-input` for runs that cannot be compared, and without --force for those that must not be. */
export function refuse(comparison: Comparison, forced: boolean, what: string): void {
  if (comparison.scenarios.length === 0) {
    throw new JoulemarkError('bad-input', `${what}: nothing to compare: ${comparison.notes.join('; ')}`)
  }
  if (comparison.objections.length > 0 && !forced) {
    const why = comparison.objections.join('; ')
    throw new JoulemarkError(
      'bad-input',
      `${what} must not be compared: ${why} (--force compares them and marks the result)`,
    )
  }
}

async function readSide(path: string): Promise<RunRecord[]> {
  const directories = await findRuns([path])
  return Promise.all(directories.map(async (directory) => (await readRun(directory)).record))
}

const jsonText = (comparison: Comparison): string => `${JSON.stringify(comparisonDocument(comparison), null, 2)}\n`

async function writeFormats(
  comparison: Comparison,
  formats: readonly (FileFormat | 'terminal')[],
  outDir: string,
): Promise<string[]> {
  const written: string[] = []
  for (const format of formats) {
    if (format === 'terminal') continue
    const path = join(outDir, fileFormats[format].name)
    try {
      await mkdir(outDir, { recursive: true })
      await writeFile(path, fileFormats[format].render(comparison))
    } catch (cause) {
      throw new JoulemarkError('environment', `cannot write ${path}: ${messageOf(cause)}`, { cause })
    }
    written.push(path)
  }
  return written
}

function parseFormats(text: string): (FileFormat | 'terminal')[] {
  return text.split(',').map((typed) => {
    const word = typed.trim()
    const known = formats.find((format) => format === word)
    if (known) return known
    const advice = suggestion(word, formats)
    throw new JoulemarkError('bad-input', `--format ${word}: ${advice}`)
  })
}
