import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { csvColumns } from '../../record/csv.ts'
import { besideName, replaceFile, toJson } from '../../record/json-file.ts'
import type { StoredRun } from '../../record/read.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { asWritten } from '../../record/signing/manifest.ts'
import { counted } from '../../units.ts'
import { recompute } from '../recompute.ts'
import { type Signer, sealed, signedAtItsPlace, signedInChain } from '../seal.ts'
import { type RunRows, readTrialRows } from '../trial-rows.ts'
import { makeWhole, type WholeFile } from './whole-rows.ts'

/**
 * Finishes the record of a run whose process is gone, as `interrupted`: the values of its finished trials and its gates are
 * computed from the rows, an unfinished row at the end of a file is cut, and files are hashed. Its end is the time of the
 * last write. A key signs it. The caller makes sure that the process is gone. Throws `bad-input` if the record has ended or
 * if its rows cannot be read, `DiskError` if it cannot be written.
 */
export async function closeRun({ directory, record }: StoredRun, signer: Signer | null): Promise<RunRecord> {
  if (record.status !== 'running') {
    throw new JoulemarkError('bad-input', `${directory}: its status is ${record.status}: there is nothing to close`)
  }
  const endedAt = await lastWrite(directory)
  const { files, cuts } = await wholeFiles(directory)
  const { process: _, ...rest } = record
  try {
    const rows = await readTrialRows(directory)
    const failure = [
      'its process was gone before the run had ended; closed from its rows',
      ...unused(record, rows),
      ...cuts,
    ].join('; ')
    const open: RunRecord = { ...rest, status: 'interrupted', endedAt, failure, files }
    const whole = { ...open, ...recompute(open, rows) }
    const closed = signer === null ? sealed(whole) : await signedOnce(directory, whole, signer)
    await writeWhole(directory, closed)
    return closed
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('bad-input', `${directory}: cannot be closed from its rows: ${messageOf(error)}`)
  }
}

/** A run that was closed before, and killed while it was signed, keeps its place. */
const signedOnce = async (directory: string, record: RunRecord, signer: Signer): Promise<RunRecord> =>
  (await signedAtItsPlace(directory, record, signer)) ?? signedInChain(directory, record, signer)

/**
 * Signs a run that was killed while it was signed, if its key has a place for exactly this record. Null for any other run.
 * Throws `DiskError` if the record cannot be written.
 */
export async function finishSigning({ directory, record }: StoredRun, signer: Signer): Promise<RunRecord | null> {
  if (record.status === 'running' || record.signature !== undefined) return null
  const whole = await signedAtItsPlace(directory, record, signer)
  if (whole !== null) await writeWhole(directory, whole)
  return whole
}

async function writeWhole(directory: string, record: RunRecord): Promise<void> {
  const path = join(directory, 'run.json')
  replaceFile(path, toJson(asWritten(record)))
  await rm(besideName(path), { force: true })
}

/** The CSV files of a run on disk, in the order in which a record lists them. */
async function csvFilesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory)
  return Object.keys(csvColumns).filter((name) => names.includes(name))
}

async function lastWrite(directory: string): Promise<string> {
  const names = ['run.json', ...(await csvFilesIn(directory))]
  const times = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).mtimeMs))
  return new Date(Math.max(...times)).toISOString()
}

async function wholeFiles(directory: string): Promise<{ files: RunRecord['files']; cuts: string[] }> {
  const whole: [string, WholeFile][] = []
  for (const name of await csvFilesIn(directory)) whole.push([name, await makeWhole(join(directory, name))])
  return {
    files: Object.fromEntries(whole.map(([name, { sha256, rows }]) => [name, { sha256, rows }])),
    cuts: whole
      .filter(([, { cutBytes }]) => cutBytes > 0)
      .map(([name, { cutBytes }]) => `${name}: ${cutBytes} bytes of an unfinished row were cut`),
  }
}

/** Rows of the trial that was running: its end is in no file, so that it is no trial of the record. */
function unused({ trials }: RunRecord, rows: RunRows): string[] {
  const known = new Set(trials.map(({ index }) => index))
  const count = [...rows.trials]
    .filter(([trial]) => !known.has(trial))
    .reduce((sum, [, { requests }]) => sum + requests.length, 0)
  return count === 0
    ? []
    : [`${counted(count, 'request')} of the unfinished trial ${count === 1 ? 'is' : 'are'} in requests.csv only`]
}
