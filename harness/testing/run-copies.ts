import type { KeyObject } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sealed } from '../evidence/seal.ts'
import { toJson } from '../record/json-file.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { asWritten } from '../record/signing/manifest.ts'
import { signManifest } from '../record/signing/signature.ts'
import type { LiveRun } from './live-record.ts'

/** A copy of a run with other fields and a digest of its own, in a folder named after its id; signed if there is a key. */
export function copyOfRun(
  { directory, record }: LiveRun,
  root: string,
  over: Partial<RunRecord>,
  key: KeyObject | null = null,
): LiveRun {
  const { signature: _, manifestSha256: __, redactedCopy: ___, ...open } = { ...record, ...over }
  const copy = join(root, over.id ?? record.id)
  cpSync(directory, copy, { recursive: true })
  const unsigned = sealed(open)
  const whole = key === null ? unsigned : { ...unsigned, signature: signManifest(asWritten(unsigned), key) }
  writeFileSync(join(copy, 'run.json'), toJson(whole))
  return { directory: copy, record: whole }
}

/** The bytes of every file of a folder. */
export const bytesOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  )
