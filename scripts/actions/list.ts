import { exitCodes } from '../../harness/errors.ts'
import { plainText, shellWord } from '../../harness/plain-text.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { type NextCommand, nextText } from '../../reports/run-answer/next.ts'
import { shortRows, wholeRows } from '../list/folder-rows.ts'
import { type ListRow, linesOf } from '../list/lines.ts'
import { tableLines } from '../list/run-table.ts'
import { isReference } from '../store/reference.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `list`. */
export interface ListFlags {
  readonly json?: boolean
  /** Every gate of each run with its evidence. */
  readonly verbose?: boolean
  /** The earlier name of `verbose`. */
  readonly gates?: boolean
  /** Store that `store:` arguments are about. */
  readonly store?: string
}

/** Up to this many runs are shown with their gates; more are a table unless --verbose is given. */
const MOST_WITH_GATES = 1

/**
 * The runs in some folders, oldest first, and those that `store:` arguments ask for, as a table: status, source, figures, and why they may
 * not be quoted in a few words. One alone is shown with every gate, and the evidence of those that did not pass. Hashes and signatures of folders are checked, those
 * of a store were when they were pushed; values are recomputed only by `verify` and `quote`.
 */
export async function list(paths: readonly string[], flags: ListFlags, io: CommandIo): Promise<number> {
  const references = paths.filter(isReference)
  const folders = paths.filter((path) => !isReference(path))
  const directories = folders.length === 0 ? [] : await findRuns(folders)
  const found = references.length === 0 ? null : await import('../list/store-rows.ts')
  const stored =
    (await found?.storedRows(references, { isWhole: asked(flags), most: MOST_WITH_GATES }, flags, io)) ?? []
  const isWhole = asked(flags) || directories.length + stored.length <= MOST_WITH_GATES
  const rows = [...(isWhole ? await wholeRows(directories, io) : await shortRows(directories, io)), ...stored]
  showRows(rows, { paths, isWhole }, flags, io)
  return exitCodes.done
}

const asked = ({ json, verbose, gates }: ListFlags): boolean => json === true || verbose === true || gates === true

/** Prints runs, whole or as a table, with what to type next. */
function showRows(
  rows: readonly ListRow[],
  { paths, isWhole }: { readonly paths: readonly string[]; readonly isWhole: boolean },
  flags: ListFlags,
  io: CommandIo,
): void {
  if (flags.json) {
    io.stdout(`${JSON.stringify({ runs: rows }, null, 2)}\n`)
    return
  }
  const width = rows.reduce((most, { id }) => Math.max(most, id.length), 0)
  const shown =
    rows.length === 0
      ? ['no runs']
      : isWhole
        ? rows.flatMap((row) => linesOf(row, width)).map(plainText)
        : tableLines(rows, io)
  io.stdout(`${shown.map((line) => `${line}\n`).join('')}${nextText(nextAfter(rows, paths, isWhole), io)}`)
}

/** Longer arguments are not said again. */
const MOST_REPEATED = 40
/** A reason that is one of the gates. */
const GATE = /^\S+ (fail|not-measured):/

function nextAfter(rows: readonly ListRow[], paths: readonly string[], isWhole: boolean): NextCommand[] {
  const given = paths.map((path) => shellWord(plainText(path))).join(' ')
  const verbose = `list ${given.length > MOST_REPEATED ? 'RUNS' : given} --verbose`
  return [
    ...(isWhole ? [] : [{ command: verbose, does: 'each gate with its evidence' }]),
    ...(rows.some(({ reasons }) => reasons.some((reason) => GATE.test(reason)))
      ? [{ command: 'explain gate ID', does: 'what a gate means, and what to do' }]
      : []),
  ]
}
