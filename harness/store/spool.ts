import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../errors.ts'

/**
 * Runs of a folder that are still to be pushed: an empty file of the name of the run each, in a folder beside them, so that
 * any number of processes can add and remove theirs. It names no store: what a folder says decides nothing about where
 * its records and a password go.
 */
const SPOOL = '.store-spool'
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Notes that a run folder inside `folder` is to be pushed. Throws `environment` if it cannot be noted. */
export function addToSpool(folder: string, run: string): void {
  if (!safeName.test(run)) throw new JoulemarkError('bad-input', `${run}: not the folder of a run`)
  try {
    mkdirSync(join(folder, SPOOL), { recursive: true })
    writeFileSync(join(folder, SPOOL, run), '')
  } catch (cause) {
    throw new JoulemarkError('environment', `${join(folder, SPOOL)}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}

/** The run folders of a folder that are to be pushed, by name; none where nothing is noted. */
export function spooledIn(folder: string): string[] {
  try {
    return readdirSync(join(folder, SPOOL))
      .filter((name) => safeName.test(name))
      .sort()
  } catch {
    return []
  }
}

/** Removes the note of a run. */
export function removeFromSpool(folder: string, run: string): void {
  rmSync(join(folder, SPOOL, run), { force: true })
}
