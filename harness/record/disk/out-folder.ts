import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import { nearestThere } from './create-folder.ts'
import { diskError } from './disk-error.ts'

/** Why no record can be written to a folder that the user can exchange for another. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there (EACCES)',
  EPERM: 'nothing may be written there (EPERM)',
  EROFS: 'the disk is mounted read-only (EROFS)',
  ENOENT: 'no folder can be made there (ENOENT)',
  ELOOP: 'a link leads to itself (ELOOP)',
}

/**
 * Checks that records can be written to a folder, before any time is spent on them: makes a folder with a file in it, or in
 * the nearest folder above it that is there, and removes it again, so that a refused command leaves nothing. Throws
 * `bad-input`, one line that begins with the flag; `DiskError` where the disk itself is full or fails.
 */
export function requireWritable(path: string, flag = '--out'): void {
  const refuse = (why: string) =>
    new JoulemarkError('bad-input', `${flag} ${path}: expected a folder to write to, but ${why}; give another ${flag}`)
  const there = nearestThere(path)
  try {
    if (!statSync(there).isDirectory()) throw refuse(`${there} is not a folder`)
    const probe = mkdtempSync(join(there, '.joulemark-probe-'))
    try {
      writeFileSync(join(probe, 'probe'), 'written\n')
    } finally {
      rmSync(probe, { recursive: true, force: true })
    }
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    const why = refusals[(error as NodeJS.ErrnoException).code ?? '']
    throw why === undefined ? diskError(path, error) : refuse(why)
  }
}
