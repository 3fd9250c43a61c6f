import type { KeyObject } from 'node:crypto'
import type { RunRecord } from '../record/schema/run.ts'
import { asWritten, manifestSha256 } from '../record/signing/manifest.ts'
import { signManifest } from '../record/signing/signature.ts'
import { redactedRecord } from './redact-record.ts'

/** Adds the digest of its manifest to a record that has ended, so that later changes are detected. */
export function sealed(record: RunRecord): RunRecord {
  return { ...record, manifestSha256: manifestSha256(asWritten(record)) }
}

/**
 * Signs a record that has ended and its redacted copy. The copy can be made later without the key, and its values
 * recompute from its own files like those of any record. The CSV files must be closed.
 */
export async function signed(directory: string, record: RunRecord, key: KeyObject): Promise<RunRecord> {
  const copy = asWritten(await redactedRecord(directory, record))
  const redactedCopy = { manifestSha256: manifestSha256(copy), signature: signManifest(copy, key) }
  const whole = sealed({ ...record, redactedCopy })
  return { ...whole, signature: signManifest(asWritten(whole), key) }
}
