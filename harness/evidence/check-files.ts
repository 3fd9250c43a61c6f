import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ACCEPTANCE_FILE } from '../record/acceptance-file.ts'
import { csvColumns } from '../record/csv.ts'
import { besideName } from '../record/json-file.ts'
import type { RunRecord } from '../record/schema/run.ts'

/** A problem with one file of a record. */
export interface Problem {
  readonly file: string
  readonly what: string
}

/**
 * Compares every file beside run.json with its hash in run.json, and finds unexpected files. What a killed process left of
 * a write of run.json is none: it was never part of the record; nor is the verdict of `box`, which is about the record.
 */
export async function checkFiles(directory: string, files: RunRecord['files']): Promise<Problem[]> {
  const listed = Object.entries(files)
  const problems = await Promise.all(listed.map(([name, expected]) => checkFile(directory, name, expected)))
  const own = ['run.json', besideName('run.json'), ACCEPTANCE_FILE, besideName(ACCEPTANCE_FILE)]
  const names = (await readdir(directory)).filter((name) => !own.includes(name) && !Object.hasOwn(files, name))
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
