import type { KeyObject } from 'node:crypto'
import { messageOf } from '../errors.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { placesOfRun, takePlace } from '../record/signing/key-chain.ts'
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
  warn: (message: string) => unknown = () => {},
): Promise<RunRecord> {
  const copy = await copyOf(directory, record, key, warn)
  const whole = sealed({ ...record, ...(copy === null ? {} : { redactedCopy: copy }) })
  return { ...whole, signature: signManifest(asWritten(whole), key) }
}

async function copyOf(
  directory: string,
  record: RunRecord,
  key: KeyObject,
  warn: (message: string) => unknown,
): Promise<NonNullable<RunRecord['redactedCopy']> | null> {
  try {
    const copy = asWritten(await redactedRecord(directory, record))
    return { manifestSha256: manifestSha256(copy), signature: signManifest(copy, key) }
  } catch (error) {
    warn(`the redacted copy of this run cannot be signed: ${messageOf(error)}`)
    return null
  }
}

/** How a record is signed. */
export interface Signer {
  readonly key: KeyObject
  /** Folder of the chain of the key; null signs outside the chain. */
  readonly chain: string | null
  readonly warn: (message: string) => unknown
}

/**
 * Signs a record at the next place of the chain of its key. A chain that cannot be written costs the place, with a warning,
 * and never the signature.
 */
export async function signedInChain(directory: string, record: RunRecord, signer: Signer): Promise<RunRecord> {
  const { key, chain, warn } = signer
  if (chain === null) return signed(directory, record, key, warn)
  try {
    return await takePlace(chain, async (link) => {
      const whole = await signed(directory, { ...record, chain: link }, key, warn)
      return { taken: whole, entry: { run: whole.id, digest: manifestSha256(asWritten(whole)) } }
    })
  } catch (error) {
    warn(`the record is signed, but has no place in the chain of its key: ${messageOf(error)}`)
    return signed(directory, record, key, warn)
  }
}

/**
 * Signs a record again at the place that was taken for it before its signing was cut: `kill -9` between the two leaves a
 * place without a signature. Null if there is none for exactly this record, so that nothing else is ever signed so.
 */
export async function signedAtItsPlace(
  directory: string,
  record: RunRecord,
  signer: Signer,
): Promise<RunRecord | null> {
  const { key, chain, warn } = signer
  if (chain === null) return null
  for (const { link, digest } of placesOfRun(chain, record.id)) {
    const whole = await signed(directory, { ...record, chain: link }, key, warn)
    if (manifestSha256(asWritten(whole)) === digest) return whole
  }
  return null
}
