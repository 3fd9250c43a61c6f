import type { KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Proof, type ProofBody, proofBodySchema, proofSchema } from '../schema/proof.ts'
import { readSigned, writeSigned } from '../signing/signed-file.ts'

/** The proof of a machine, in the folder of its records. */
export const PROOF_FILE = 'proof.json'

/** Writes the proof into a folder, signed where there is a key, and returns it. Throws `DiskError`. */
export function writeProof(folder: string, body: ProofBody, key: KeyObject | null): Proof {
  return writeSigned(folder, PROOF_FILE, proofBodySchema.parse(body), key)
}

/** A proof as read, and whether it and the files beside it are as they were signed. */
export interface CheckedProof {
  readonly proof: Proof
  /** What is wrong; empty for one that is whole. */
  readonly problems: readonly { readonly file: string; readonly what: string }[]
}

/** Reads a proof, checks its signature and the files that it lists beside it. Throws `bad-input` for a file that is none. */
export function readProof(path: string): CheckedProof {
  const { document: proof, isWhole } = readSigned(path, proofSchema, 'a proof')
  return {
    proof,
    problems: [
      ...(isWhole ? [] : [{ file: PROOF_FILE, what: 'was changed after it was signed' }]),
      ...Object.entries(proof.files).flatMap(([name, sha256]) => fileProblem(dirname(path), name, sha256)),
    ],
  }
}

/** SHA-256 of the bytes of a small file, in hexadecimal. */
export const sha256OfBytes = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex')

function fileProblem(folder: string, name: string, sha256: string): { file: string; what: string }[] {
  if (!/^[\w.-]+$/.test(name)) return [{ file: PROOF_FILE, what: 'lists a file outside its folder' }]
  const path = join(folder, name)
  if (!existsSync(path)) return [{ file: name, what: 'is missing beside the proof' }]
  return sha256OfBytes(readFileSync(path)) === sha256
    ? []
    : [{ file: name, what: 'was changed after the proof was made' }]
}
