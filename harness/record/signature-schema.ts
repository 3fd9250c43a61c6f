import { z } from 'zod'

/** Hexadecimal of one spelling only, so that no bit of it can be changed without being seen. */
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `expected ${bytes} bytes in hex`)

/** Ed25519 over the bytes of the manifest. The key inside proves that nothing changed; who owns it, a pinned key proves. */
export const signatureSchema = z.strictObject({
  algorithm: z.literal('Ed25519'),
  publicKey: hex(32),
  value: hex(64),
})

/** The signature of the redacted copy, made at the end of the run, when the key is at hand and the data is fresh. */
export const redactedCopySchema = z.strictObject({
  manifestSha256: hex(32),
  signature: signatureSchema,
})

export type Signature = z.infer<typeof signatureSchema>
