import { createWriteStream } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { JoulemarkError } from '../../errors.ts'
import type { CsvName } from '../../record/csv.ts'
import { replaceFile, toJson } from '../../record/json-file.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { asWritten, manifestSha256 } from '../../record/signing/manifest.ts'
import { hasNames, redactedCsv } from './redact-csv.ts'
import { identifiersIn, redactedRecord } from './redact-record.ts'

/**
 * Writes the redacted copy of a run into its own folder under `root`, with the signature made over it at the end of the
 * run, and returns its path. An unsigned run gives an unsigned copy. Throws `negative-result` if the copy differs from the
 * one that was signed, which happens when another version of joulemark made it.
 */
export async function writeRedactedCopy(directory: string, record: RunRecord, root: string): Promise<string> {
  const copy = await redactedRecord(directory, record)
  const digest = manifestSha256(asWritten(copy))
  const signed = record.redactedCopy
  if (signed && signed.manifestSha256 !== digest) {
    throw new JoulemarkError(
      'negative-result',
      `${directory}: its redacted copy differs from the one that was signed; use the joulemark version that made the run (${record.tool.version}, commit ${record.tool.commit ?? 'unknown'}), or --no-redact`,
    )
  }
  const target = join(root, record.id)
  await mkdir(target, { recursive: true })
  const whole = { ...copy, manifestSha256: digest, ...(signed ? { signature: signed.signature } : {}) }
  replaceFile(join(target, 'run.json'), toJson(asWritten(whole)))
  const names = identifiersIn(record)
  for (const name of Object.keys(record.files) as CsvName[]) {
    if (hasNames(name))
      await pipeline(Readable.from(redactedCsv(directory, name, names)), createWriteStream(join(target, name)))
    else await copyFile(join(directory, name), join(target, name))
  }
  return target
}
