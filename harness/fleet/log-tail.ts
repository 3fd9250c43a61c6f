import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { plainText } from '../plain-text.ts'
import type { JobHandle } from './engine.ts'

/** The log of a job on this machine. */
export const logOf = ({ logFolder, id }: Pick<JobHandle, 'logFolder' | 'id'>): string => join(logFolder, `${id}.log`)

const TAIL_BYTES = 4096
const MOST_LETTERS = 200

/** The last line of the log of a job, harmless for a terminal; null where there is none. */
export function lastLineOf(handle: Pick<JobHandle, 'logFolder' | 'id'>): string | null {
  let file: number
  try {
    file = openSync(logOf(handle), 'r')
  } catch {
    return null
  }
  try {
    const { size } = fstatSync(file)
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
    readSync(file, tail, 0, tail.length, size - tail.length)
    const lines = tail
      .toString('utf8')
      .split('\n')
      .map((line) => plainText(line).trim())
    return lines.findLast((line) => line !== '')?.slice(0, MOST_LETTERS) ?? null
  } finally {
    closeSync(file)
  }
}
