import { basename, dirname } from 'node:path'
import { exitCodes, messageOf } from '../../harness/errors.ts'
import { checkSeal } from '../../harness/evidence/check-seal.ts'
import { sealReasons } from '../../harness/evidence/refusals.ts'
import { reasonsNotQuotable } from '../../harness/gates/quotable.ts'
import { plainText } from '../../harness/plain-text.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { counted } from '../../harness/units.ts'
import type { CommandIo } from '../support/io.ts'
import { ListCache, listCachePath } from '../support/list-cache.ts'
import { toolInfo } from '../support/tool-info.ts'
import { unendedRun } from '../support/unended-run.ts'

/** Flags of `list`. */
export interface ListFlags {
  readonly json?: boolean
  readonly gates?: boolean
}

/** Up to this many runs are shown with their gates; more get one line each unless --gates is given. */
const MOST_WITH_GATES = 12
/** Time between two lines of progress. */
const PROGRESS_MS = 500

/**
 * The runs in some folders, oldest first: status, source, whether they may be quoted, and every gate, with the evidence of
 * those that did not pass. Hashes and signatures are checked; values are recomputed only by `verify` and `quote`.
 */
export async function list(paths: readonly string[], flags: ListFlags, io: CommandIo): Promise<number> {
  const directories = await findRuns(paths)
  const isWhole = flags.json === true || flags.gates === true || directories.length <= MOST_WITH_GATES
  const rows = isWhole ? await readAll(directories, io, rowOf) : await readShort(paths, directories, io)
  if (flags.json) {
    io.stdout(`${JSON.stringify({ runs: rows }, null, 2)}\n`)
    return exitCodes.done
  }
  const width = rows.reduce((most, { id }) => Math.max(most, id.length), 0)
  for (const row of rows) {
    const lines = linesOf(row, width)
    for (const line of isWhole ? lines : lines.slice(0, 1)) io.stdout(`${plainText(line)}\n`)
  }
  if (!isWhole) io.stdout(`${counted(rows.length, 'run')}; --gates shows each gate with its evidence\n`)
  return exitCodes.done
}

interface Row {
  readonly id: string
  readonly directory: string
  /** That of the record, or `abandoned` and the like for one whose process may be gone; null if it cannot be read. */
  readonly status: string | null
  readonly source: RunRecord['source'] | null
  /** What was set for it on purpose, such as `300 W`; null for cards as they were found. */
  readonly setting: string | null
  readonly quotable: boolean
  /** Why it may not be quoted, one line per reason. */
  readonly reasons: readonly string[]
  readonly gates: readonly Gate[]
}

/** The rows of runs that are shown by one line each: those that did not change since an earlier call are not read again. */
async function readShort(paths: readonly string[], directories: readonly string[], io: CommandIo): Promise<Row[]> {
  const { version, commit } = toolInfo()
  // the code of a changed checkout has no name
  if (commit?.endsWith('-modified')) return readAll(directories, io, shortRowOf)
  const cache = new ListCache<Row>(listCachePath(paths, io.env, `${version} ${commit}`))
  // a run that has not ended may be judged otherwise without a change of its files
  const isFinal = ({ status }: Row) => status === 'complete' || status === 'interrupted' || status === 'failed'
  const read = async (path: string) => cache.get(path) ?? (await cache.read(path, shortRowOf, isFinal))
  const rows = await readAll(directories, io, read)
  cache.save()
  return rows
}

async function readAll(
  directories: readonly string[],
  { stderr }: CommandIo,
  read: (path: string) => Promise<Row>,
): Promise<Row[]> {
  const rows: Row[] = []
  let shownMs = performance.now()
  for (const directory of directories) {
    rows.push(await read(directory))
    if (!stderr.isTTY || performance.now() - shownMs < PROGRESS_MS) continue
    shownMs = performance.now()
    stderr.write(`\r${rows.length} of ${directories.length} runs read`)
  }
  if (stderr.isTTY) stderr.write('\r\u001b[K')
  return rows
}

/** A row without its gates, which one line does not show. */
const shortRowOf = async (path: string): Promise<Row> => ({ ...(await rowOf(path)), gates: [] })

async function rowOf(path: string): Promise<Row> {
  try {
    const directory = basename(path) === 'run.json' ? dirname(path) : path
    const seal = await checkSeal(directory)
    // a record that cannot be read is described by its reader
    const record = seal.record ?? (await readRun(path)).record
    const { id, status, source, gates } = record
    const setting = settingText(record)
    const open = unendedRun({ directory, record })
    if (open !== null) {
      return { id, directory, status: open.status, source, setting, quotable: false, reasons: [open.line], gates: [] }
    }
    const reasons = [...reasonsNotQuotable(record), ...sealReasons(seal)]
    return { id, directory, status, source, setting, quotable: record.quotable && reasons.length === 0, reasons, gates }
  } catch (error) {
    const reasons = [messageOf(error)]
    return { id: path, directory: path, status: null, source: null, setting: null, quotable: false, reasons, gates: [] }
  }
}

function linesOf({ id, status, source, setting, quotable, reasons, gates }: Row, width: number): string[] {
  const name = id.padEnd(width)
  if (status === null) return [`${name}  unreadable  ${reasons.join('; ')}`]
  const state = `${status.padEnd(11)} ${source === 'simulated' ? 'SIMULATED' : 'live     '}`
  const why = reasons.map((reason) => reason.split(':')[0]).join(', ')
  const others = reasons.filter((reason) => !gates.some((gate) => reason.startsWith(`${gate.id} ${gate.status}:`)))
  return [
    `${name}  ${state}  ${setting === null ? '' : `at ${setting}  `}${quotable ? 'quotable' : `not quotable: ${why}`}`,
    ...others.map((reason) => `    ${reason}`),
    ...gateLines(gates),
  ]
}

/** One line for gates with the same evidence: without a card, many are not measured for one reason. */
function gateLines(gates: readonly Gate[]): string[] {
  const shown = (gate: Gate) => `${gate.id}${gate.required ? ' *' : ''}`
  const alike = Map.groupBy(
    gates.filter((gate) => gate.status !== 'pass'),
    ({ status, evidence }) => JSON.stringify([status, evidence]),
  )
  const passed = gates.filter((gate) => gate.status === 'pass').map(shown)
  return [
    ...[...alike.values()].map((group) => {
      const [{ status, evidence }] = group as [Gate, ...Gate[]]
      return `    ${status.padEnd(12)} ${group.map(shown).join(', ')}: ${evidence}`
    }),
    ...(passed.length > 0 ? [`    ${'pass'.padEnd(12)} ${passed.join(', ')}`] : []),
  ]
}
