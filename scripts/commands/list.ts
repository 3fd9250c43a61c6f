import { exitCodes, messageOf } from '../../harness/errors.ts'
import { findRuns, readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema.ts'
import type { CommandIo } from '../support/io.ts'

/** The runs in a folder, oldest first: status, source, whether they may be quoted, and the first gate that says no. */
export async function list(flags: { readonly out: string; readonly json?: boolean }, io: CommandIo): Promise<number> {
  const directories = await findRuns([flags.out])
  const rows: { id: string; directory: string; record: RunRecord | null; problem: string | null }[] = []
  for (const directory of directories) {
    try {
      const { record } = await readRun(directory)
      rows.push({ id: record.id, directory, record, problem: null })
    } catch (error) {
      rows.push({ id: directory, directory, record: null, problem: messageOf(error) })
    }
  }
  if (flags.json) {
    const runs = rows.map(({ id, directory, record, problem }) => ({
      id,
      directory,
      status: record?.status ?? null,
      source: record?.source ?? null,
      quotable: record?.quotable ?? false,
      reasons: record ? reasons(record) : [problem],
    }))
    io.stdout(`${JSON.stringify({ runs }, null, 2)}\n`)
    return exitCodes.done
  }
  const width = Math.max(...rows.map((row) => row.id.length))
  for (const { id, record, problem } of rows) {
    const state = record
      ? `${record.status.padEnd(11)} ${record.source === 'simulated' ? 'SIMULATED' : 'live     '}`
      : 'unreadable'
    const verdict = record?.quotable ? 'quotable' : ((record ? reasons(record)[0] : problem) ?? 'not quotable')
    io.stdout(`${id.padEnd(width)}  ${state}  ${verdict}\n`)
  }
  return exitCodes.done
}

/** Why a run may not be quoted, one line a gate. */
function reasons(record: RunRecord): string[] {
  const gates = record.gates.filter(
    (gate) => gate.status === 'fail' || (gate.required && gate.status === 'not-measured'),
  )
  const status = record.status === 'complete' ? [] : [`status ${record.status}`]
  return [...status, ...gates.map((gate) => `${gate.id}: ${gate.status}`)]
}
