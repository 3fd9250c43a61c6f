import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** Reads a small file; null where it does not exist or is not readable. */
export type ReadText = (path: string) => Promise<string | null>
/** Runs a program of the operating system and returns its stdout; null where it is not installed or fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string | null>

export const readTextFile: ReadText = async (path) => {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

export const runSystemProgram: RunProgram = (program, args) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' }
    execFile(program, [...args], { env, timeout: 5000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) =>
      resolve(error ? null : stdout),
    )
  })
