import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { closeRun, finishSigning } from '../../harness/evidence/close/close-run.ts'
import type { Signer } from '../../harness/evidence/seal.ts'
import { plainText } from '../../harness/plain-text.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readAll, type StoredRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { chainOfKey, loadKey } from '../../harness/record/signing/key-file.ts'
import { fateOfWriter } from '../../harness/telemetry/host/process-mark.ts'
import { counted } from '../../harness/units.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `close`. */
export interface CloseFlags {
  /** Close a run of another machine, whose process cannot be seen from here. */
  readonly force?: boolean
}

/**
 * Closes runs whose process is gone, and signs those that were killed while they were signed. Those that have ended are left
 * as they are. A run that may still be written is refused, and the others are closed; throws `bad-input` with a line for
 * each that was refused.
 */
export async function close(paths: readonly string[], { force = false }: CloseFlags, io: CommandIo): Promise<number> {
  const { runs, unreadable } = await readAll(await findRuns(paths))
  const key = loadKey(io.env)
  const warn = (message: string) => io.stderr.write(`${plainText(message)}\n`)
  const signer = key === null ? null : { key, chain: chainOfKey(io.env, key), warn }
  const open = runs.filter(({ record }) => record.status === 'running')
  const nowSigned = signer === null ? 0 : await signAll(runs, signer, io)
  if (open.length + nowSigned === 0) {
    const ended = runs.length === 1 ? `the run is ${runs[0]?.record.status}` : `all ${runs.length} runs have ended`
    const why = runs.length === 0 ? unreadable : [`${paths.join(' ')}: nothing to close: ${ended}`]
    throw new JoulemarkError('bad-input', why.join('\n'))
  }
  const refused: string[] = [...unreadable]
  for (const run of open) {
    const refusal = refusalOf(run, force)
    if (refusal === null) {
      const closed = await closeRun(run, signer)
      io.stdout(`${plainText(lineOf(closed))}\n`)
    } else refused.push(`${run.directory}: ${refusal}`)
  }
  if (refused.length > 0) throw new JoulemarkError('bad-input', refused.join('\n'))
  return exitCodes.done
}

/** Signs the runs that were killed while they were signed; returns how many. */
async function signAll(runs: readonly StoredRun[], signer: Signer, io: CommandIo): Promise<number> {
  let count = 0
  for (const run of runs) {
    const whole = await finishSigning(run, signer)
    if (whole === null) continue
    count += 1
    io.stdout(`${plainText(`signed, as place ${whole.chain?.place} of its key: ${whole.id}`)}\n`)
  }
  return count
}

function refusalOf({ record }: StoredRun, force: boolean): string | null {
  const { state, reason } = fateOfWriter(record)
  if (state === 'running') return `${reason}; to end it in good order: kill -INT ${record.process?.pid}`
  if (state === 'abandoned' || force) return null
  return `the run may still be going on, ${reason}; close it there, or with --force once its process has ended`
}

function lineOf({ id, status, trials, files, signature }: RunRecord): string {
  const requests = files['requests.csv']?.rows ?? 0
  return `closed: ${id}: ${status}, ${counted(trials.length, 'trial')}, ${counted(requests, 'request')}, ${signature ? 'signed' : 'not signed'}`
}
