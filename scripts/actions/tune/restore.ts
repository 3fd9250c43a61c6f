import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodes, JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { notePath } from '../../../harness/tune/restore/note.ts'
import { restoreFolder } from '../../../harness/tune/restore/restore-folder.ts'
import type { CommandIo } from '../../support/io.ts'
import { plainLines } from '../../support/view.ts'
import type { TuneFlags } from '../../tune/tune-flags.ts'

/**
 * Gives back what tunings left set: those of the named folders, or of the folders in them. A folder that cannot be restored is said
 * and keeps no other one from it. Returns the exit code. Throws `bad-input` for a path that is no folder, after all others.
 */
export async function restore(
  paths: readonly string[],
  flags: Pick<TuneFlags, 'nvidiaSmi'>,
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'env'>,
): Promise<number> {
  const nvidiaSmi = flags.nvidiaSmi ?? (io.env['JOULEMARK_NVIDIA_SMI'] || undefined)
  const [say, complain] = [plainLines(io.stdout), plainLines((text) => io.stderr.write(text))]
  const missing: unknown[] = []
  let isDone = true
  let count = 0
  for (const path of paths) {
    const folders = await foldersToRestore(path).catch((error: unknown) => {
      missing.push(error)
      return []
    })
    for (const folder of folders) {
      count += 1
      try {
        const end = await restoreFolder(folder, { nvidiaSmi })
        for (const line of end.said) say(`${folder}: ${line}`)
        isDone &&= end.isDone
      } catch (error) {
        complain(`${folder}: not restored: ${messageOf(error)}`)
        isDone = false
      }
    }
  }
  if (count === 0 && missing.length === 0) say(`no tuning left a card set in ${paths.join(', ')}`)
  if (isDone && missing.length > 0) throw missing[0]
  for (const error of missing) complain(messageOf(error))
  return isDone ? exitCodes.done : exitCodes.environmentFailed
}

/** A folder with a note, or the folders in it that have one. Throws `bad-input` for a path that is no folder. */
async function foldersToRestore(path: string): Promise<string[]> {
  if (hasNote(path)) return [path]
  let names: string[]
  try {
    names = (await readdir(path)).toSorted()
  } catch {
    throw new JoulemarkError('bad-input', `--restore ${path}: no such folder`)
  }
  return names.map((name) => join(path, name)).filter(hasNote)
}

const hasNote = (folder: string): boolean => statSync(notePath(folder), { throwIfNoEntry: false })?.isFile() ?? false
