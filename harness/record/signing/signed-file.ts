import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { makeFolder, replaceFile, toJson } from '../json-file.ts'
import { canonicalJson } from '../provenance.ts'
import type { Signature } from '../schema/signature.ts'
import { isTextSignedBy, signText } from './signature.ts'

/** Writes a JSON document into a folder, signed where there is a key, and returns it. Throws `DiskError`. */
export function writeSigned<Body extends object>(
  folder: string,
  name: string,
  body: Body,
  key: KeyObject | null,
): Body & { readonly signature?: Signature } {
  const document = key === null ? body : { ...body, signature: signText(canonicalJson(body), key) }
  makeFolder(folder)
  replaceFile(join(folder, name), toJson(document))
  return document
}

/**
 * Reads such a document, and whether it is as it was signed; without a signature it is whole. Throws `bad-input` for a file that
 * is none; `what` names it, such as "a proof".
 */
export function readSigned<Document extends { readonly signature?: Signature | undefined }>(
  path: string,
  schema: z.ZodType<Document>,
  what: string,
): { readonly document: Document; readonly isWhole: boolean } {
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new JoulemarkError('bad-input', `${path}: ${messageOf(error)}`)
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) throw new JoulemarkError('bad-input', `${path}: not ${what}: ${z.prettifyError(parsed.error)}`)
  const { signature, ...body } = parsed.data
  return { document: parsed.data, isWhole: signature === undefined || isTextSignedBy(canonicalJson(body), signature) }
}
