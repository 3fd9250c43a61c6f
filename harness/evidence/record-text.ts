import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { toJson } from '../record/json-file.ts'
import { manifestSha256, type RawRecord } from '../record/manifest.ts'
import { type RunRecord, runRecordSchema } from '../record/schema/run.ts'
import { upgraded } from '../record/upgrade.ts'
import type { Problem } from './check-files.ts'

/** run.json as far as it can be read. */
export interface RecordText {
  readonly raw: RawRecord | null
  readonly record: RunRecord | null
  readonly problems: readonly Problem[]
}

const FILE = 'run.json'

/**
 * Reads run.json and looks at it byte by byte: it must be JSON exactly as joulemark lays it out, a record of the schema
 * without fields of anybody else, and have the digest that was made at the end of the run.
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
  const says = (what: string) => problems.push({ file: FILE, what })
  const layout = toJson(raw)
  if (layout !== text) says(`line ${firstDifference(layout, text)}: is not laid out as joulemark writes it`)
  const parsed = runRecordSchema.safeParse(upgraded(raw))
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, 5)) says(`${issue.path.join('.')}: ${issue.message}`)
    return { raw, record: null, problems }
  }
  for (const key of Object.keys(raw)) if (!Object.hasOwn(parsed.data, key)) says(`${key}: no such field`)
  const { manifestSha256: written } = parsed.data
  if (written === undefined) says('has no manifestSha256: its run never ended, or the field was taken out')
  else if (manifestSha256(raw) !== written) {
    says(`was changed after the run: its manifest has SHA-256 ${manifestSha256(raw)}, it says ${written}`)
  }
  return { raw, record: parsed.data, problems }
}

function firstDifference(expected: string, found: string): number {
  const [a, b] = [expected.split('\n'), found.split('\n')]
  const line = b.findIndex((each, index) => each !== a[index])
  return (line < 0 ? b.length : line) + 1
}
