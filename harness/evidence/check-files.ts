import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { csvColumns } from '../record/csv.ts'
import type { RunRecord } from '../record/schema/run.ts'

/** A problem with one file of a record. */
export interface Problem {
  readonly file: string
  readonly what: string
}

/** Compares every file beside run.json with its hash and row count in run.json, and finds unexpected files. */
export async function checkFiles(directory: string, files: RunRecord['files']): Promise<Problem[]> {
  const listed = Object.entries(files)
  const problems = await Promise.all(listed.map(([name, expected]) => checkFile(directory, name, expected)))
  const names = (await readdir(directory)).filter((name) => name !== 'run.json' && !Object.hasOwn(files, name))
  const unexpected = names.map((name) => ({ file: name, what: 'is not part of the record' }))
  return [...problems.flat(), ...unexpected]
}

async function checkFile(
  directory: string,
  name: string,
  expected: RunRecord['files'][string],
): Promise<readonly Problem[]> {
  if (!Object.hasOwn(csvColumns, name)) return [{ file: name, what: 'is listed, but a record has no such file' }]
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(join(directory, name))) hash.update(chunk as Buffer)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return [{ file: name, what: missing ? 'is missing' : `cannot be read: ${(error as Error).message}` }]
  }
  const found = hash.digest('hex')
  if (found === expected.sha256) return []
  return [{ file: name, what: `was changed: its SHA-256 is ${found}, run.json has ${expected.sha256}` }]
}
