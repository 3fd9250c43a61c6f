import type { KeyObject } from 'node:crypto'
import { type SoakBody, type SoakCertificate, soakBodySchema, soakCertificateSchema } from '../schema/soak.ts'
import { readSigned, writeSigned } from '../signing/signed-file.ts'

/** The certificate of a soak, in the folder of the night. */
export const SOAK_FILE = 'soak-certificate.json'

/** Writes the certificate into a folder, signed where there is a key, and returns it. Throws `DiskError`. */
export function writeSoakCertificate(folder: string, body: SoakBody, key: KeyObject | null): SoakCertificate {
  return writeSigned(folder, SOAK_FILE, soakBodySchema.parse(body), key)
}

/** A certificate as read, and whether it is as it was signed. */
export interface CheckedSoak {
  readonly certificate: SoakCertificate
  /** What is wrong with it; empty for one that is whole. */
  readonly problems: readonly string[]
}

/** Reads a certificate and checks its signature. Throws `bad-input` for a file that is none. */
export function readSoakCertificate(path: string): CheckedSoak {
  const { document: certificate, isWhole } = readSigned(path, soakCertificateSchema, 'a soak certificate')
  return { certificate, problems: isWhole ? [] : ['the soak certificate was changed after it was signed'] }
}
