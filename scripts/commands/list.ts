import { exitCodes, messageOf } from '../../harness/errors.ts'
import { blockingGates } from '../../harness/evidence/quotable.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema.ts'
import type { CommandIo } from '../support/io.ts'

/** The runs in a folder, oldest first: status, source, whether they may be quoted, and the first gate that says no. */
export async function list(flags: { readonly out: string; readonly json?: boolean }, io: CommandIo): Promise<number> {
  const directories = await findRuns([flags.out])
  const rows: Row[] = []
  for (const directory of directories) rows.push(await rowOf(directory))
  if (flags.json) {
    io.stdout(`${JSON.stringify({ runs: rows }, null, 2)}\n`)
    return exitCodes.done
  }
  const width = Math.max(...rows.map((row) => row.id.length))
  for (const { id, status, source, quotable, reasons } of rows) {
    const state =
      status === null ? 'unreadable' : `${status.padEnd(11)} ${source === 'simulated' ? 'SIMULATED' : 'live     '}`
    const verdict = quotable ? 'quotable' : (reasons[0] ?? 'not quotable')
    io.stdout(`${id.padEnd(width)}  ${state}  ${verdict}\n`)
  }
  return exitCodes.done
}

/** What is said of one run: all that is kept of its record, so that ten thousand of them fit in memory. */
interface Row {
  readonly id: string
  readonly directory: string
  readonly status: RunRecord['status'] | null
  readonly source: RunRecord['source'] | null
  readonly quotable: boolean
  readonly reasons: readonly string[]
}

async function rowOf(directory: string): Promise<Row> {
  try {
    const { record } = await readRun(directory)
    const { id, status, source, quotable } = record
    return { id, directory, status, source, quotable, reasons: reasonsOf(record) }
  } catch (error) {
    const reasons = [messageOf(error)]
    return { id: directory, directory, status: null, source: null, quotable: false, reasons }
  }
}

/** Why a run may not be quoted, one line a gate. */
function reasonsOf(record: RunRecord): string[] {
  const gates = blockingGates(record.gates)
  const status = record.status === 'complete' ? [] : [`status ${record.status}`]
  return [...status, ...gates.map((gate) => `${gate.id}: ${gate.status}`)]
}
