import { exitCodes } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { counted } from '../../harness/units.ts'
import { calledAs } from '../../harness/version.ts'
import { shortRows, wholeRows } from '../list/folder-rows.ts'
import { type ListRow, linesOf } from '../list/lines.ts'
import { isReference } from '../store/reference.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `list`. */
export interface ListFlags {
  readonly json?: boolean
  readonly gates?: boolean
  /** Store that `store:` arguments are about. */
  readonly store?: string
}

/** Up to this many runs are shown with their gates; more get one line each unless --gates is given. */
const MOST_WITH_GATES = 12

/**
 * The runs in some folders, oldest first, and those that `store:` arguments ask for: status, source, whether they may be
 * quoted, and every gate, with the evidence of those that did not pass. Hashes and signatures of folders are checked, those
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
  showRows(rows, isWhole, flags, io)
  return exitCodes.done
}

const asked = ({ json, gates }: ListFlags): boolean => json === true || gates === true

/** Prints runs, whole or by one line each. */
export function showRows(rows: readonly ListRow[], isWhole: boolean, flags: ListFlags, io: CommandIo): void {
  if (flags.json) {
    io.stdout(`${JSON.stringify({ runs: rows }, null, 2)}\n`)
    return
  }
  const width = rows.reduce((most, { id }) => Math.max(most, id.length), 0)
  const lines = rows.flatMap((row) => (isWhole ? linesOf(row, width) : linesOf(row, width).slice(0, 1)))
  if (rows.length === 0) lines.push('no runs')
  if (isWhole && rows.some(({ quotable, gates }) => !quotable && gates.length > 0))
    lines.push(`Next: ${calledAs} explain gate ID   what a gate means, and what to do`)
  if (!isWhole) lines.push(`${counted(rows.length, 'run')}; --gates shows each gate with its evidence`)
  io.stdout(lines.map((line) => `${plainText(line)}\n`).join(''))
}
