import { messageOf } from '../errors.ts'
import { manifestSha256, type RawRecord } from '../record/manifest.ts'
import { provenanceOf } from '../record/provenance.ts'
import type { RunRecord } from '../record/schema.ts'
import { isSignedBy } from '../record/signature.ts'
import { checkFiles, type Problem } from './check-files.ts'
import { differences } from './differences.ts'
import { type Recomputed, recompute } from './recompute.ts'
import { readRecordText } from './record-text.ts'
import { type RunRows, readTrialRows } from './trial-rows.ts'

/** What a record is worth, once everything in it was held against everything else. */
export interface Verification {
  readonly directory: string
  readonly record: RunRecord | null
  /** What is not as it was when the run ended. None: the record stands. */
  readonly problems: readonly Problem[]
  /** SHA-256 of the manifest; null when run.json could not be read. */
  readonly digest: string | null
  /** Public key whose signature holds; null when there is none or it does not hold. */
  readonly signedBy: string | null
  /** Gates and quotability as recomputed, whatever the record says. */
  readonly recomputed: Recomputed | null
}

/**
 * Verifies one run folder: bytes, hashes, schema, every figure and gate recomputed from the CSV files, the stamps of the
 * stand-in, and the signature. Never throws for what it finds; a pinned key (hexadecimal) must be the one that signed.
 */
export async function verifyRun(directory: string, pinnedKey: string | null = null): Promise<Verification> {
  const { raw, record, problems } = await readRecordText(directory)
  if (raw === null || record === null) {
    return { directory, record, problems, digest: null, signedBy: null, recomputed: null }
  }
  const files = await checkFiles(directory, record.files)
  const again = await figuresAgain(directory, record)
  const signature = checkSignature(raw, record, pinnedKey)
  return {
    directory,
    record,
    problems: [...problems, ...files, ...again.problems, ...checkStatus(record), ...signature.problems],
    digest: manifestSha256(raw),
    signedBy: signature.signedBy,
    recomputed: again.recomputed,
  }
}

async function figuresAgain(
  directory: string,
  record: RunRecord,
): Promise<{ recomputed: Recomputed | null; problems: Problem[] }> {
  let recomputed: Recomputed
  let rows: RunRows
  try {
    rows = await readTrialRows(directory)
    recomputed = JSON.parse(JSON.stringify(recompute(record, rows))) as Recomputed
  } catch (error) {
    return { recomputed: null, problems: [{ file: 'run.json', what: `figures: ${messageOf(error)}` }] }
  }
  const stored = Object.fromEntries(Object.keys(recomputed).map((key) => [key, record[key as keyof RunRecord]]))
  const found = differences(stored, recomputed).map(({ path, stored: says, recomputed: is }) => ({
    file: 'run.json',
    what: `${path}: says ${says}, recomputed ${is}`,
  }))
  return { recomputed, problems: [...found, ...checkTrials(record, rows)] }
}

/** A trial that was measured and is not in the record was picked out. */
function checkTrials(record: RunRecord, rows: RunRows): Problem[] {
  if (record.status !== 'complete' || record.oom !== undefined) return []
  const known = new Set(record.trials.map((trial) => trial.index))
  return [...rows.trials.keys()]
    .filter((trial) => !known.has(trial))
    .map((trial) => ({ file: 'run.json', what: `trials: trial ${trial} has rows in the CSV files and no figures` }))
}

function checkStatus(record: RunRecord): Problem[] {
  const { gpus, endpoint, source } = record
  const streamsSimulated = endpoint.systemFingerprint === 'simulated'
  const stamps = provenanceOf({ gpus, simulatedBy: null, streamsSimulated })
  const hides = source === 'live' && stamps.source === 'simulated'
  const open = record.status === 'running'
  const isPlain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(record.id)
  return [
    ...(isPlain ? [] : [{ file: 'run.json', what: `id: ${JSON.stringify(record.id)} is no name of a run` }]),
    ...(hides ? [{ file: 'run.json', what: `source: says live, and is SIMULATED: ${stamps.sourceEvidence[0]}` }] : []),
    ...(open ? [{ file: 'run.json', what: 'status: running: the run never ended' }] : []),
  ]
}

function checkSignature(
  raw: RawRecord,
  record: RunRecord,
  pinnedKey: string | null,
): { signedBy: string | null; problems: Problem[] } {
  const bad = (what: string) => ({ signedBy: null, problems: [{ file: 'run.json', what: `signature: ${what}` }] })
  const { signature } = record
  if (signature === undefined) return pinnedKey === null ? { signedBy: null, problems: [] } : bad('there is none')
  if (!isSignedBy(raw, signature)) return bad(`does not hold for key ${signature.publicKey}`)
  if (pinnedKey !== null && signature.publicKey !== pinnedKey) {
    return bad(`is of key ${signature.publicKey}; expected that of ${pinnedKey}`)
  }
  return { signedBy: signature.publicKey, problems: [] }
}
