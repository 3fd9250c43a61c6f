import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../errors.ts'
import { jsonOf } from '../json-text.ts'
import { diskError } from '../record/disk/disk-error.ts'
import { makeFolder } from '../record/json-file.ts'
import { processMarkSchema } from '../record/schema/origin.ts'
import { fateOfWriter, ownMark } from '../telemetry/host/process-mark.ts'

const lockSchema = z.object({ process: processMarkSchema, host: z.object({ hostname: z.string() }) })

/**
 * Takes a folder for one measurement of a box, or for one campaign of a fleet: two would replace each other's state. Returns what gives it back, which may be
 * called twice. The lock of a process that has ended is taken over. Throws `environment` while another one runs, or may run where
 * this machine cannot see it.
 */
export function lockFolder(folder: string, name = 'box.lock'): () => void {
  const path = join(folder, name)
  makeFolder(folder)
  const own = JSON.stringify({ process: ownMark(), host: { hostname: hostname() } })
  if (!made(path, own)) {
    const reason = heldBecause(path)
    if (reason !== null) {
      throw new JoulemarkError(
        'environment',
        `${folder} is in use: ${reason}; wait for it, or choose another --out (${path} names the process: remove it if that has ended)`,
      )
    }
    rmSync(path, { force: true })
    if (!made(path, own)) throw new JoulemarkError('environment', `${folder} is in use; choose another --out`)
  }
  return () => {
    if (textOf(path) === own) rmSync(path, { force: true })
  }
}

/** Makes the file whole, unless it exists. */
function made(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw diskError(path, error)
  }
}

/** Why a lock counts; null for that of a process that has ended, and for a file that a crash left empty. */
function heldBecause(path: string): string | null {
  const lock = lockSchema.safeParse(jsonOf(textOf(path) ?? ''))
  if (!lock.success) return null
  const { state, reason } = fateOfWriter(lock.data)
  return state === 'abandoned' ? null : state === 'running' ? reason : `its process may run ${reason}`
}

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
