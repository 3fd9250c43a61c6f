import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { csvColumns } from '../record/csv.ts'
import { manifestSha256, type RawRecord } from '../record/manifest.ts'
import { provenanceOf } from '../record/provenance.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { isSignedBy } from '../record/signature.ts'
import { checkFiles, type Problem } from './check-files.ts'
import { readRecordText } from './record-text.ts'

/** Whether a record is as its run left it, before any figure of it is worked out again. */
export interface Seal {
  /** Null when run.json could not be read. */
  readonly record: RunRecord | null
  readonly problems: readonly Problem[]
  /** SHA-256 of the manifest; null when run.json could not be read. */
  readonly digest: string | null
  /** Public key whose signature holds; null when there is none or it does not hold. */
  readonly signedBy: string | null
}

/**
 * Checks one run folder without its rows: layout and schema of run.json, hashes of all files, the stamps of the stand-in,
 * and the signature. Never throws for what it finds; a pinned key (hexadecimal) must be the one that signed.
 */
export async function checkSeal(directory: string, pinnedKey: string | null = null): Promise<Seal> {
  const odd = await notPlain(directory)
  if (odd.length > 0) return { record: null, problems: odd, digest: null, signedBy: null }
  const { raw, record, problems } = await readRecordText(directory)
  if (raw === null || record === null) return { record: null, problems, digest: null, signedBy: null }
  const files = await checkFiles(directory, record.files)
  const signature = checkSignature(raw, record, pinnedKey)
  return {
    record,
    problems: [...problems, ...files, ...checkStatus(record), ...signature.problems],
    digest: manifestSha256(raw),
    signedBy: signature.signedBy,
  }
}

/** A pipe or a device under one of our names would be read for ever. */
async function notPlain(directory: string): Promise<Problem[]> {
  const names = ['run.json', ...Object.keys(csvColumns)]
  const seen = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => null)))
  return names.filter((_, at) => seen[at]?.isFile() === false).map((file) => ({ file, what: 'is no plain file' }))
}

function checkStatus(record: RunRecord): Problem[] {
  const { gpus, endpoint, source, status, endedAt, trials, trialBounds, oom } = record
  const streamsSimulated = endpoint.systemFingerprint === 'simulated'
  const stamps = provenanceOf({ gpus, simulatedBy: null, streamsSimulated })
  const stamp = stamps.sourceEvidence[0] ?? record.sourceEvidence[0]
  const hides = source === 'live' && stamp !== undefined
  const isPlain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(record.id)
  const fewest = oom === undefined ? (trialBounds?.fewest ?? 0) : 0
  const says = (isSo: boolean, what: string): Problem[] => (isSo ? [{ file: 'run.json', what }] : [])
  return [
    ...says(!isPlain, `id: ${JSON.stringify(record.id)} is no name of a run`),
    ...says(hides, `source: says live, and is SIMULATED: ${stamp}`),
    ...says(status === 'running', 'status: running: the run never ended'),
    ...says(status === 'complete' && endedAt === null, 'status: says complete, and has no end'),
    ...says(
      status === 'complete' && trials.length < fewest,
      `status: says complete, and has ${trials.length} trials of ${fewest} at least`,
    ),
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
