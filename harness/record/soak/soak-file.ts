import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { makeFolder, replaceFile, toJson } from '../json-file.ts'
import { canonicalJson } from '../provenance.ts'
import { type SoakBody, type SoakCertificate, soakBodySchema, soakCertificateSchema } from '../schema/soak.ts'
import { isTextSignedBy, signText } from '../signing/signature.ts'

/** The certificate of a soak, in the folder of the night. */
export const SOAK_FILE = 'soak-certificate.json'

/** Writes the certificate into a folder, signed where there is a key, and returns it. Throws `DiskError`. */
export function writeSoakCertificate(folder: string, body: SoakBody, key: KeyObject | null): SoakCertificate {
  const checked = soakBodySchema.parse(body)
  const certificate = key === null ? checked : { ...checked, signature: signText(canonicalJson(checked), key) }
  makeFolder(folder)
  replaceFile(join(folder, SOAK_FILE), toJson(certificate))
  return certificate
}

/** A certificate as read, and whether it is as it was signed. */
export interface CheckedSoak {
  readonly certificate: SoakCertificate
  /** What is wrong with it; empty for one that is whole. */
  readonly problems: readonly string[]
}

/** Reads a certificate and checks its signature. Throws `bad-input` for a file that is none. */
export function readSoakCertificate(path: string): CheckedSoak {
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new JoulemarkError('bad-input', `${path}: ${messageOf(error)}`)
  }
  const parsed = soakCertificateSchema.safeParse(raw)
  if (!parsed.success) {
    throw new JoulemarkError('bad-input', `${path}: not a soak certificate: ${z.prettifyError(parsed.error)}`)
  }
  const { signature, ...body } = parsed.data
  const isWhole = signature === undefined || isTextSignedBy(canonicalJson(body), signature)
  return { certificate: parsed.data, problems: isWhole ? [] : ['the soak certificate was changed after it was signed'] }
}
