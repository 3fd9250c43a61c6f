import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { csvColumns } from '../record/csv.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { manifestBytes, manifestSha256, type RawRecord } from '../record/signing/manifest.ts'
import { isSignedBy } from '../record/signing/signature.ts'
import { simulationStamps } from '../record/simulation-stamps.ts'
import { counted } from '../units.ts'
import { checkFiles, type Problem } from './check-files.ts'
import { readRecordText } from './record-text.ts'

/** Whether a record is unchanged since its run, before its values are recomputed. */
export interface Seal {
  /** Null if run.json could not be read. */
  readonly record: RunRecord | null
  readonly problems: readonly Problem[]
  /** SHA-256 of the manifest; null if run.json could not be read. */
  readonly digest: string | null
  /** The manifest, which is what the signature covers; null if run.json could not be read. */
  readonly manifest: Buffer | null
  /** Public key of the valid signature, whichever key is pinned; null without one. */
  readonly signedBy: string | null
}

/**
 * Checks one run folder without its rows: layout and schema of run.json, hashes of all files, the stamps of the
 * simulator, and the signature. Problems are returned, never thrown. A pinned key (hexadecimal) must be the one that signed.
 */
export async function checkSeal(directory: string, pinnedKey: string | null = null): Promise<Seal> {
  const odd = await notPlain(directory)
  if (odd.length > 0) return unreadable(odd)
  const { raw, record, problems } = await readRecordText(directory)
  if (raw === null || record === null) return unreadable(problems)
  const files = await checkFiles(directory, record.files)
  const signature = checkSignature(raw, record, pinnedKey)
  return {
    record,
    problems: [...problems, ...files, ...checkStatus(raw, record), ...signature.problems],
    digest: manifestSha256(raw),
    manifest: manifestBytes(raw),
    signedBy: signature.signedBy,
  }
}

const unreadable = (problems: readonly Problem[]): Seal => ({
  record: null,
  problems,
  digest: null,
  manifest: null,
  signedBy: null,
})

/** Names of the record that are not regular files: reading a pipe or a device would never end. */
async function notPlain(directory: string): Promise<Problem[]> {
  const names = ['run.json', ...Object.keys(csvColumns)]
  const stats = await Promise.all(names.map((name) => stat(join(directory, name)).catch(() => null)))
  return names.filter((_, at) => stats[at]?.isFile() === false).map((file) => ({ file, what: 'is not a regular file' }))
}

function checkStatus(raw: RawRecord, record: RunRecord): Problem[] {
  const { source, status, endedAt, trials, trialBounds, oom } = record
  const stamps = source === 'live' ? simulationStamps(raw).map(({ path, text }) => `${path}: ${text}`) : []
  const [stamp, ...others] = [...stamps, ...(source === 'live' ? record.sourceEvidence : [])]
  const isPlain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(record.id)
  const minTrials = oom === undefined ? (trialBounds?.fewest ?? 0) : 0
  const check = (isSo: boolean, what: string): Problem[] => (isSo ? [{ file: 'run.json', what }] : [])
  return [
    ...check(!isPlain, `id: ${JSON.stringify(record.id)} is not a run id`),
    ...check(
      stamp !== undefined,
      `source: recorded as live, but it is SIMULATED: ${stamp}${others.length > 0 ? ` (and ${others.length} more)` : ''}`,
    ),
    ...check(status === 'running', 'status: running: the run never ended'),
    ...check(status === 'complete' && endedAt === null, 'status: complete, but endedAt is missing'),
    ...check(
      status === 'complete' && trials.length < minTrials,
      `status: complete, but it has ${trials.length} of at least ${counted(minTrials, 'trial')}`,
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
  // another key than the pinned one is a problem, and still the one that signed
  const others = bad(`is of key ${signature.publicKey}; expected that of ${pinnedKey}`).problems
  const isAnothers = pinnedKey !== null && signature.publicKey !== pinnedKey
  return { signedBy: signature.publicKey, problems: isAnothers ? others : [] }
}
