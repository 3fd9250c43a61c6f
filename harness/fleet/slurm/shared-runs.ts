import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { readBaselines } from '../../record/baselines.ts'

/**
 * Copies run folders between two folders that this machine sees: those whose record changed since a moment, and those that
 * `baselines.json` names, with that file. A copy is there whole or not at all; one that is there stays, unless its record
 * changed since. Throws `environment` where the disk fails.
 */
export async function copyRuns(from: string, to: string, sinceMs: number): Promise<void> {
  if (resolve(from) === resolve(to)) return
  try {
    await mkdir(to, { recursive: true })
    const baselines = await readBaselines(from)
    const named = new Set(baselines.flatMap(({ runs }) => runs))
    for (const name of await runsIn(from)) {
      const changedMs = await recordTime(join(from, name))
      if (changedMs === null || (changedMs < sinceMs && !named.has(name))) continue
      if ((await recordTime(join(to, name))) === changedMs) continue
      await copyWhole(join(from, name), join(to, name))
    }
    if (baselines.length > 0) await cp(join(from, 'baselines.json'), join(to, 'baselines.json'))
  } catch (error) {
    if (error instanceof JoulemarkError) throw error
    throw new JoulemarkError('environment', `${from}: cannot be copied to ${to}: ${messageOf(error)}`, { cause: error })
  }
}

async function runsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** When the record of a run was last written, in ms; null for a folder without one. */
const recordTime = (folder: string): Promise<number | null> =>
  stat(join(folder, 'run.json')).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  )

async function copyWhole(from: string, to: string): Promise<void> {
  const part = `${to}.part`
  await rm(part, { recursive: true, force: true })
  await cp(from, part, { recursive: true, preserveTimestamps: true })
  await rm(to, { recursive: true, force: true })
  await rename(part, to)
}
