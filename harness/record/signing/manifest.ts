import { createHash } from 'node:crypto'
import { canonicalJson, canonicalSha256 } from '../provenance.ts'
import { type RunRecord, runRecordSchema } from '../schema/run.ts'

/** run.json as parsed, before any schema, so that nothing in the file is lost before it is hashed. */
export type RawRecord = Readonly<Record<string, unknown>>

/** What is signed: the digest of run.json and of every file beside it. */
export interface Manifest {
  /** Type of the manifest, so that its signature is valid for nothing else. */
  readonly joulemarkManifest: 1
  readonly run: unknown
  /** SHA-256 of run.json as canonical JSON, without the fields made from this manifest. */
  readonly recordSha256: string
  /** SHA-256 by file name. */
  readonly files: Readonly<Record<string, string>>
}

/** Fields of run.json that are made from the manifest and therefore not part of it. */
const madeFromIt = ['manifestSha256', 'signature'] as const

/** The manifest of a record: a pure function of run.json. */
function manifestOf(raw: RawRecord): Manifest {
  const rest = Object.fromEntries(Object.entries(raw).filter(([key]) => !madeFromIt.includes(key as never)))
  const files = (raw['files'] ?? {}) as RunRecord['files']
  return {
    joulemarkManifest: 1,
    run: raw['id'],
    recordSha256: canonicalSha256(rest),
    files: Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256])),
  }
}

/** The bytes that are signed: canonical JSON (keys sorted, no spaces, no line end), UTF-8. */
export const manifestBytes = (raw: RawRecord): Buffer => Buffer.from(canonicalJson(manifestOf(raw)))

/** The digest of a whole run: SHA-256 of its manifest, in hexadecimal. */
export const manifestSha256 = (raw: RawRecord): string => createHash('sha256').update(manifestBytes(raw)).digest('hex')

/** A record as it will be read back from its file: checked, and limited to what JSON can hold. */
export const asWritten = (record: RunRecord): RawRecord =>
  JSON.parse(JSON.stringify(runRecordSchema.parse(record))) as RawRecord
