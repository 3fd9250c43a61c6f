import type { KeyObject } from 'node:crypto'
import { messageOf } from '../errors.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { asWritten, manifestSha256 } from '../record/signing/manifest.ts'
import { signManifest } from '../record/signing/signature.ts'
import { redactedRecord } from './redaction/redact-record.ts'

/** Adds the digest of its manifest to a record that has ended, so that later changes are detected. */
export function sealed(record: RunRecord): RunRecord {
  return { ...record, manifestSha256: manifestSha256(asWritten(record)) }
}

/**
 * Signs a record that has ended and its redacted copy. The copy can be made later without the key, and its values
 * recompute from its own files like those of any record. The CSV files must be closed. A copy that cannot be made never keeps
 * a record from being signed: `warn` gets the reason, and the record has no signed copy.
 */
export async function signed(
  directory: string,
  record: RunRecord,
  key: KeyObject,
  warn: (message: string) => void = () => {},
): Promise<RunRecord> {
  const copy = await copyOf(directory, record, key, warn)
  const whole = sealed({ ...record, ...(copy === null ? {} : { redactedCopy: copy }) })
  return { ...whole, signature: signManifest(asWritten(whole), key) }
}

async function copyOf(
  directory: string,
  record: RunRecord,
  key: KeyObject,
  warn: (message: string) => void,
): Promise<NonNullable<RunRecord['redactedCopy']> | null> {
  try {
    const copy = asWritten(await redactedRecord(directory, record))
    return { manifestSha256: manifestSha256(copy), signature: signManifest(copy, key) }
  } catch (error) {
    warn(`the redacted copy of this run cannot be signed: ${messageOf(error)}`)
    return null
  }
}
