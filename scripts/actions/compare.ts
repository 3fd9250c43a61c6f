import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { toJson } from '../../harness/record/json-file.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { comparisonAnswer } from '../../reports/compare/answer.ts'
import { type Comparison, compareRuns } from '../../reports/compare/comparison.ts'
import { comparisonDocument } from '../../reports/compare/json.ts'
import { comparisonJunit } from '../../reports/compare/junit.ts'
import { outcomeOf } from '../../reports/compare/outcome.ts'
import { comparisonReport } from '../../reports/compare/report.ts'
import { renderMarkdown } from '../../reports/render/markdown.ts'
import { linesText } from '../../reports/run-answer/lines.ts'
import { nextLines } from '../../reports/run-answer/next.ts'
import { writeFiles } from '../../reports/write-files.ts'
import { formatsOf } from '../report/format-flag.ts'
import { withRuns } from '../store/given-runs.ts'
import { isReference } from '../store/reference.ts'
import { type FailingOutcome, failingOutcomes } from '../support/flag-values.ts'
import type { CommandIo } from '../support/io.ts'
import { knownStarts } from '../support/server-starts.ts'
import { render } from '../support/terminal.ts'

/** Flags of `compare`. */
export interface CompareFlags {
  /** Above 0, below 0.5; default 3 %. */
  readonly smallestEffect?: number
  readonly json?: boolean
  /** All tables, not only the answer. */
  readonly verbose?: boolean
  readonly format: string
  readonly out: string
  readonly force?: boolean
  /** Outcomes with an exit code of their own; all of them unless given. */
  readonly failOn?: readonly FailingOutcome[]
  /** Store that `store:` arguments are about. */
  readonly store?: string
}

/** The file formats of a comparison, with their writers. */
const fileFormats = {
  md: { name: 'compare.md', render: (each: Comparison) => renderMarkdown(comparisonReport(each)) },
  json: { name: 'compare.json', render: (each: Comparison) => jsonText(each) },
  junit: { name: 'compare.junit.xml', render: comparisonJunit },
} as const
type FileFormat = keyof typeof fileFormats
const formats = ['terminal', ...Object.keys(fileFormats)] as readonly (FileFormat | 'terminal')[]

/** Compares two sides of runs: prints the verdict and returns its exit code. */
export async function compare(
  baseline: string,
  candidate: string,
  flags: CompareFlags,
  io: CommandIo,
): Promise<number> {
  const wanted = formatsOf(flags.format, formats)
  const { smallestEffect, failOn } = flags
  const [before, after] = await Promise.all([readSide(baseline, flags, io), readSide(candidate, flags, io)])
  const past = isReference(baseline) ? [] : await knownStarts(baseline, [...before, ...after])
  const comparison = compareRuns(before, after, { past, ...(smallestEffect === undefined ? {} : { smallestEffect }) })
  const refusal = refusalOf(comparison, flags.force === true, `${baseline} and ${candidate}`)
  if (refusal !== null) return refused(refusal, failOn, io)
  if (flags.json) io.stdout(jsonText(comparison))
  else if (wanted.includes('terminal')) io.stdout(terminalText(comparison, flags.verbose === true, io))
  for (const path of await writeFormats(comparison, wanted, flags.out)) io.stderr.write(`wrote ${path}\n`)
  return exitCodeOf(comparison, failOn)
}

/**
 * The exit code of a comparison: 1 regressed, 4 inconclusive, 5 not comparable, each only if it is among `failOn`; a
 * regression always is. 0 otherwise.
 */
export function exitCodeOf(comparison: Comparison, failOn: readonly FailingOutcome[] = failingOutcomes): number {
  const outcome = outcomeOf(comparison)
  if (outcome === 'regressed') return exitCodes.negativeResult
  if (outcome === 'inconclusive' && failOn.includes(outcome)) return exitCodes.inconclusive
  if (outcome === 'not-comparable' && failOn.includes(outcome)) return exitCodes.notComparable
  return exitCodes.done
}

/** Prints why runs were not compared; exit code 5, or 0 where that is not among `failOn`. */
export function refused(
  refusal: JoulemarkError,
  failOn: readonly FailingOutcome[] = failingOutcomes,
  io: CommandIo,
): number {
  if (failOn.includes('not-comparable')) throw refusal
  io.stderr.write(`${plainText(refusal.message)}\n`)
  return exitCodes.done
}

/** A comparison as text for the terminal: its answer and what to type next, or with `verbose` all of its tables. */
export function terminalText(comparison: Comparison, verbose: boolean, io: CommandIo): string {
  if (verbose) return render(comparisonReport(comparison), io)
  return linesText([...comparisonAnswer(comparison), { text: '' }, ...nextLines(nextAfter(comparison))], io)
}

/** What is useful after a verdict: what it means, and all of its tables. */
const nextAfter = (comparison: Comparison) => [
  { command: `explain verdict ${outcomeOf(comparison)}`, does: 'what it means' },
  { command: 'compare BASELINE CANDIDATE --verbose', does: 'every table' },
]

/**
 * Why runs must not be compared, as an error of the code `not-comparable`; null if they may, or if that is forced. Throws
 * `bad-input` where there is nothing to compare.
 */
export function refusalOf(comparison: Comparison, forced: boolean, what: string): JoulemarkError | null {
  if (comparison.scenarios.length === 0) {
    throw new JoulemarkError('bad-input', `${what}: nothing to compare: ${comparison.notes.join('; ')}`)
  }
  if (comparison.objections.length === 0 || forced) return null
  const why = comparison.objections.join('; ')
  return new JoulemarkError(
    'not-comparable',
    `${what} must not be compared: ${why} (--force compares them and marks the result)`,
  )
}

const readSide = (path: string, flags: CompareFlags, io: CommandIo): Promise<RunRecord[]> =>
  withRuns([path], flags, io, async ({ records }) => (await records()).map(({ record }) => record))

const jsonText = (comparison: Comparison): string => toJson(comparisonDocument(comparison))

function writeFormats(
  comparison: Comparison,
  formats: readonly (FileFormat | 'terminal')[],
  outDir: string,
): Promise<string[]> {
  const files = formats.flatMap((format) => {
    if (format === 'terminal') return []
    const { name, render } = fileFormats[format]
    return [{ name, text: render(comparison) }]
  })
  return writeFiles(files, outDir)
}
