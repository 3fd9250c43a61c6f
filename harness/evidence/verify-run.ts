import { JoulemarkError, messageOf } from '../errors.ts'
import { wasQuotable } from '../gates/quotable.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { counted } from '../units.ts'
import { toolVersion } from '../version.ts'
import type { Problem } from './check-files.ts'
import { checkSeal, type Seal } from './check-seal.ts'
import { neverEnded } from './close/never-ended.ts'
import { differences } from './differences.ts'
import { comparableGates } from './gate-evidence.ts'
import { type Recomputed, recompute } from './recompute.ts'
import { countRows, type RunRows, readTrialRows } from './trial-rows.ts'

/** The result of verifying a record; it verifies if there are no problems. */
export interface Verification extends Seal {
  readonly directory: string
  /** Recomputed gates and quotability, whatever the record holds. */
  readonly recomputed: Recomputed | null
  /** Why this program could not recompute the values, which says nothing about the record; null if it could. */
  readonly fault: string | null
}

/**
 * Verifies one run folder: bytes, hashes, schema, every value and gate recomputed from the CSV files, the stamps of the
 * simulator, and the signature. Problems are returned, never thrown. A pinned key (hexadecimal) must be the one that signed.
 */
export async function verifyRun(directory: string, pinnedKey: string | null = null): Promise<Verification> {
  const seal = await checkSeal(directory, pinnedKey)
  if (seal.record === null) return { ...seal, directory, recomputed: null, fault: null }
  // nothing else can be said of a record that is not finished: it has no hashes, no gates and no digest yet
  if (seal.record.status === 'running') {
    return { ...seal, directory, problems: [await neverEnded(directory, seal.record)], recomputed: null, fault: null }
  }
  const { problems, ...values } = await recomputeRun(directory, seal.record, seal.problems.length > 0)
  return { ...seal, ...values, directory, problems: [...seal.problems, ...problems] }
}

async function recomputeRun(
  directory: string,
  record: RunRecord,
  isChanged: boolean,
): Promise<Pick<Verification, 'recomputed' | 'fault'> & { problems: Problem[] }> {
  let recomputed: Recomputed
  let rows: RunRows
  try {
    rows = await readTrialRows(directory)
    recomputed = JSON.parse(JSON.stringify(recompute(record, rows))) as Recomputed
  } catch (error) {
    const what = `values: ${messageOf(error)}`
    // rows that cannot be read, or whatever follows from a change that is named already
    if (error instanceof JoulemarkError || isChanged) {
      return { recomputed: null, fault: null, problems: [{ file: 'run.json', what }] }
    }
    const fault = `${what}. This is a fault of joulemark or of its Node, and no verdict on the record`
    return { recomputed: null, fault, problems: [] }
  }
  const compared = { ...record, gates: comparableGates(record.gates, recomputed.gates) }
  const stored = Object.fromEntries(Object.keys(recomputed).map((key) => [key, compared[key as keyof RunRecord]]))
  const otherVersion = record.tool.version !== toolVersion
  const again = otherVersion ? { ...recomputed, quotable: wasQuotable(record, recomputed.gates) } : recomputed
  const found = differences(stored, again, { otherVersion }).map(({ path, stored: recorded, recomputed: is }) => ({
    file: 'run.json',
    what: `${path}: recorded ${recorded}, recomputed ${is}`,
  }))
  return { recomputed, fault: null, problems: [...found, ...checkCounts(record, rows), ...checkTrials(record, rows)] }
}

function checkCounts({ files }: RunRecord, rows: RunRows): Problem[] {
  return Object.entries(countRows(rows))
    .filter(([name, count]) => (files[name]?.rows ?? 0) !== count)
    .map(([file, count]) => ({ file, what: `has ${counted(count, 'row')}, run.json has ${files[file]?.rows ?? 0}` }))
}

/** Finds trials with rows in the CSV files that were removed from the record. */
function checkTrials(record: RunRecord, rows: RunRows): Problem[] {
  if (record.status !== 'complete' || record.oom !== undefined) return []
  const known = new Set(record.trials.map((trial) => trial.index))
  return [...rows.trials.keys()]
    .filter((trial) => !known.has(trial))
    .map((trial) => ({
      file: 'run.json',
      what: `trials: trial ${trial} has rows in the CSV files but is not in the record`,
    }))
}
