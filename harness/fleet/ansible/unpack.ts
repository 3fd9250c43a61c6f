import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { messageOf } from '../../errors.ts'
import { unpackArchive } from '../../evidence/archive.ts'
import { checkSeal } from '../../evidence/check-seal.ts'
import { makeFolder, syncFolder } from '../../record/json-file.ts'

/** The log of the job in an archive. */
const LOG = 'job.log'

/** Where the parts of an archive go. */
export interface Places {
  /** Gets the run folders, `baselines.json` and what else joulemark wrote beside them. */
  readonly runs: string
  /** Path of the log of the job. */
  readonly log: string
}

/**
 * Unpacks what a box sent, beside its place; then each run is checked (hashes, signature) and moved to its place whole. A run
 * that is there stays; other files are replaced, because they are newer. Returns a line for each run that is not sound, which
 * is not kept. Throws `negative-result` for an archive that is cut or has names that no run has.
 */
export async function placeRuns(archive: string, { runs, log }: Places): Promise<string[]> {
  makeFolder(runs)
  const beside = await mkdtemp(join(runs, '.collect-'))
  try {
    const tar = join(beside, 'archive.tar')
    const unpacked = join(beside, 'unpacked')
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(tar))
    makeFolder(unpacked)
    await unpackArchive(tar, unpacked)
    const problems: string[] = []
    for (const entry of await readdir(unpacked, { withFileTypes: true })) {
      const from = join(unpacked, entry.name)
      if (entry.name === LOG) await rename(from, log)
      else if (entry.isFile()) await rename(from, join(runs, entry.name))
      else problems.push(...(await placeRun(from, join(runs, entry.name))))
    }
    syncFolder(runs)
    return problems
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

async function placeRun(from: string, to: string): Promise<string[]> {
  if (await isThere(to)) return []
  const { problems } = await checkSeal(from)
  const [problem] = problems
  if (problem !== undefined) return [`${basename(to)}: ${problem.file}: ${problem.what}`]
  try {
    await rename(from, to)
    return []
  } catch (error) {
    // another collection was faster
    return (await isThere(to)) ? [] : [`${basename(to)}: ${messageOf(error)}`]
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
