import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { toJson } from '../record/json-file.ts'
import { type RunRecord, runRecordSchema } from '../record/schema/run.ts'
import { manifestSha256, type RawRecord } from '../record/signing/manifest.ts'
import { upgraded } from '../record/upgrade.ts'
import type { Problem } from './check-files.ts'

/** The readable part of run.json. */
export interface RecordText {
  readonly raw: RawRecord | null
  readonly record: RunRecord | null
  readonly problems: readonly Problem[]
}

const FILE = 'run.json'

/**
 * Reads and checks run.json: it must be JSON formatted exactly as joulemark writes it, fit the schema without extra
 * fields, and hold the digest that was made at the end of the run.
 */
export async function readRecordText(directory: string): Promise<RecordText> {
  let text: string
  let raw: RawRecord
  try {
    text = await readFile(join(directory, FILE), 'utf8')
    raw = JSON.parse(text) as RawRecord
  } catch (error) {
    return { raw: null, record: null, problems: [{ file: FILE, what: `cannot be read: ${messageOf(error)}` }] }
  }
  const problems: Problem[] = []
  const report = (what: string) => problems.push({ file: FILE, what })
  const layout = toJson(raw)
  if (layout !== text) report(`line ${firstDifference(layout, text)}: is not formatted as joulemark writes it`)
  const parsed = runRecordSchema.safeParse(upgraded(raw))
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, 5)) report(`${issue.path.join('.')}: ${issue.message}`)
    return { raw, record: null, problems }
  }
  for (const key of Object.keys(raw)) if (!Object.hasOwn(parsed.data, key)) report(`${key}: no such field`)
  const { manifestSha256: written } = parsed.data
  if (written === undefined) report('has no manifestSha256: the run never ended, or the field was removed')
  else if (manifestSha256(raw) !== written) {
    report(`was changed after the run: its manifest has SHA-256 ${manifestSha256(raw)}, the record has ${written}`)
  }
  return { raw, record: parsed.data, problems }
}

function firstDifference(expected: string, found: string): number {
  const [a, b] = [expected.split('\n'), found.split('\n')]
  const line = b.findIndex((each, index) => each !== a[index])
  return (line < 0 ? b.length : line) + 1
}
