import { createHash, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'
import { jsonOf } from '../json-text.ts'
import { replaceFile, toJson } from './json-file.ts'
import { canonicalJson } from './provenance.ts'
import type { StoredRun } from './read.ts'
import { signatureSchema } from './schema/signature.ts'
import { isTextSignedBy, signText } from './signing/signature.ts'

/** The verdict of `box` on the server of a run: a file beside run.json, so that it moves with the folder of the run. */
export const ACCEPTANCE_FILE = 'acceptance.json'

const verdictSchema = z.strictObject({
  version: z.literal(1),
  run: z.string(),
  /** Of run.json at the time of the verdict: a record that was changed since has no verdict. */
  recordSha256: z.string(),
  verdict: z.enum(['accepted', 'rejected']),
  judgedAt: z.iso.datetime(),
  /** One line for each result that failed. */
  failed: z.array(z.string()),
})
const fileSchema = verdictSchema.extend({ signature: signatureSchema.optional() })

export type AcceptanceVerdict = z.infer<typeof fileSchema>['verdict']

/** A run and the verdict on its server; null without one that is valid, with the reason where a file is there. */
export interface JudgedRun extends StoredRun {
  readonly verdict: AcceptanceVerdict | null
  readonly invalid: string | null
}

/** Writes the verdict on the server of a run beside its record, signed where there is a key. Throws `environment`. */
export async function writeAcceptance(
  { directory, record }: StoredRun,
  judged: { readonly verdict: AcceptanceVerdict; readonly failed: readonly string[]; readonly at: Date },
  key: KeyObject | null,
): Promise<void> {
  const path = join(directory, ACCEPTANCE_FILE)
  try {
    const verdict = verdictSchema.parse({
      version: 1,
      run: record.id,
      recordSha256: await recordSha256(directory),
      verdict: judged.verdict,
      judgedAt: judged.at.toISOString(),
      failed: judged.failed,
    })
    const signature = key === null ? {} : { signature: signText(canonicalJson(verdict), key) }
    replaceFile(path, toJson({ ...verdict, ...signature }))
  } catch (cause) {
    throw new JoulemarkError('environment', `${path}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}

/**
 * The verdict on the server of a run. A file that cannot be read, belongs to another state of the record, or has a
 * signature that is not valid gives no verdict, with the reason.
 */
export async function withVerdict(run: StoredRun): Promise<JudgedRun> {
  const none = (invalid: string | null): JudgedRun => ({ ...run, verdict: null, invalid })
  const path = join(run.directory, ACCEPTANCE_FILE)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    return none((error as NodeJS.ErrnoException).code === 'ENOENT' ? null : `${path}: ${messageOf(error)}`)
  }
  const read = parseVerdict(text, { id: run.record.id, recordSha256: await recordSha256(run.directory) })
  return 'invalid' in read ? none(`${path}: ${read.invalid}`) : { ...run, verdict: read.verdict, invalid: null }
}

/** A verdict as its file has it. */
export type AcceptanceFile = z.infer<typeof fileSchema>

/** The verdict of the text of a file on a run; `invalid` says why it is none: another record, a signature that is not valid. */
export function parseVerdict(
  text: string,
  run: { readonly id: string; readonly recordSha256: string },
): AcceptanceFile | { readonly invalid: string } {
  const parsed = fileSchema.safeParse(jsonOf(text))
  if (!parsed.success) return { invalid: 'not a verdict of this version of joulemark' }
  const { signature, ...verdict } = parsed.data
  if (verdict.run !== run.id || verdict.recordSha256 !== run.recordSha256) {
    return { invalid: 'the verdict is on another record, or the record was changed since' }
  }
  if (signature !== undefined && !isTextSignedBy(canonicalJson(verdict), signature)) {
    return { invalid: 'the signature is not valid' }
  }
  return parsed.data
}

const recordSha256 = async (directory: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(join(directory, 'run.json')))
    .digest('hex')
