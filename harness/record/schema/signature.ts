import { z } from 'zod'

/** Signatures of a record: its own, that of its redacted copy, and its place among the records of a key. */

/** Lower-case hexadecimal only, so that every changed bit is detected. */
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `expected ${bytes} bytes in hex`)

/** Ed25519 over the bytes of the manifest. It proves that nothing changed; only a pinned key proves who signed. */
export const signatureSchema = z.strictObject({
  algorithm: z.literal('Ed25519').describe('the algorithm of the signature; there is one'),
  publicKey: hex(32).describe('public key of the signer, 32 bytes in hex'),
  value: hex(64).describe('the signature of the bytes of the manifest, 64 bytes in hex'),
})

/** The signature of the redacted copy, made at the end of the run, when the key is available. */
export const redactedCopySchema = z.strictObject({
  manifestSha256: hex(32).describe('SHA-256 of the manifest of the redacted copy'),
  signature: signatureSchema.describe('of that manifest, by the same key'),
})

/** The place of a record among those that its key signed on one machine, and the record before it: key-chain.ts. */
export const chainLinkSchema = z.strictObject({
  id: hex(8).describe('random, from the first record of the chain: a key has a chain on each machine'),
  place: z.int().positive().describe('number of the record in the chain, from 1 on'),
  previous: hex(32).nullable().describe('digest of the record before it, whole and not redacted; null for the first'),
})

export type Signature = z.infer<typeof signatureSchema>
export type ChainLink = z.infer<typeof chainLinkSchema>
