import { dirname, isAbsolute, join } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import { refusalLine } from '../../harness/evidence/refusals.ts'
import { verifyRun } from '../../harness/evidence/verify-run.ts'
import type { StatedInputs } from '../../reports/quote/inputs-source.ts'
import type { QuotedRun } from '../../reports/quote/one-server.ts'
import type { AskedOption } from '../../reports/quote/option-terms.ts'
import type { OptionRuns } from '../../reports/quote/quote.ts'
import { withRuns } from '../store/given-runs.ts'
import { isReference } from '../store/reference.ts'
import type { CommandIo } from '../support/io.ts'

/** One option to quote: what is asked for it, and the runs that its figures are from (folders, or store:QUERY). */
export interface QuoteSelection extends AskedOption {
  readonly runs: readonly string[]
}

/**
 * The options that a command line asks for: its runs as one, each name of `--option` as one more; where it names no run, those
 * that the inputs list. Throws `bad-input` where that leaves none.
 */
export function selectionsOf(
  runs: readonly string[],
  options: readonly OptionFlag[],
  { inputs, path }: StatedInputs,
): QuoteSelection[] {
  const names = [...new Set(options.map(({ name }) => name))]
  const asked = [
    ...(runs.length === 0 ? [] : [{ name: null, runs }]),
    ...names.map((name) => ({ name, runs: options.filter((each) => each.name === name).map(({ run }) => run) })),
  ]
  if (asked.length > 0) return asked
  const folder = path === null ? '.' : dirname(path)
  const placed = (run: string) => (isReference(run) || isAbsolute(run) ? run : join(folder, run))
  const listed = (inputs.options ?? []).flatMap(({ name, runs: own }) =>
    own === undefined ? [] : [{ name, runs: own.map(placed) }],
  )
  if (listed.length > 0) return listed
  throw new JoulemarkError(
    'bad-input',
    'no runs were given: name runs, --option NAME=RUNS, or options with runs in --inputs',
  )
}

/** One value of `--option NAME=RUN`. */
export interface OptionFlag {
  readonly name: string
  readonly run: string
}

/** The verified runs of each option. Throws `negative-result` for the first run that may not be quoted. */
export async function verifiedOptions(
  selections: readonly QuoteSelection[],
  flags: { readonly store?: string },
  io: CommandIo,
): Promise<OptionRuns[]> {
  const found: OptionRuns[] = []
  for (const { runs: paths, ...asked } of selections) {
    // a command that hands its answer over may have expected figures without any run
    if (paths.length === 0)
      throw new JoulemarkError(
        'negative-result',
        `not quotable: ${asked.name ?? 'this option'}: nothing was measured; expected figures cannot be quoted`,
      )
    const runs = await withRuns(paths, flags, io, async ({ folders }) => {
      const quoted: QuotedRun[] = []
      for (const directory of await folders()) quoted.push(await quotable(directory))
      return quoted
    })
    if (runs.length === 0)
      throw new JoulemarkError('bad-input', `${asked.name ?? paths.join(', ')}: no runs were found`)
    found.push({ asked, runs })
  }
  return found
}

async function quotable(directory: string): Promise<QuotedRun> {
  const verification = await verifyRun(directory)
  const { record, digest, signedBy } = verification
  const reason = refusalLine(verification)
  if (reason !== null || record === null || digest === null || signedBy === null) {
    throw new JoulemarkError('negative-result', `not quotable: ${record?.id ?? directory}: ${reason}`)
  }
  return { record, digest, signedBy }
}
