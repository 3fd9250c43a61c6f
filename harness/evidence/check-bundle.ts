import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'
import { archiveSha256, sha256Of, unpackArchive } from './archive.ts'
import type { Problem } from './check-files.ts'

/** What lies in a bundle beside its own list. */
export const bundleListSchema = z.strictObject({
  joulemarkBundle: z.literal(1),
  runs: z.array(z.string().regex(/^runs\/[A-Za-z0-9._-]+$/)).min(1),
  files: z.record(z.string(), z.string()).describe('SHA-256 by name, of every file but this one'),
})
export type BundleList = z.infer<typeof bundleListSchema>

export const BUNDLE_LIST = 'bundle.json'

/** A bundle on disk, unpacked. */
export interface CheckedBundle {
  readonly problems: readonly Problem[]
  /** Folders of the runs in it, each still to be verified. */
  readonly runs: readonly string[]
  /** SHA-256 of every file in it by name, but for its list. Nobody signed the list: only the runs stand by themselves. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Unpacks a bundle and holds every file against the list in it, and the archive against one packed anew from the same
 * files: a byte that was changed between the files is found as well. Problems of an archive that is broken are its own.
 */
export async function checkBundle(path: string, folder: string): Promise<CheckedBundle> {
  try {
    const unpacked = await unpackArchive(path, folder)
    if (!unpacked.some((file) => file.name === BUNDLE_LIST)) return broken(`no bundle: it holds no ${BUNDLE_LIST}`)
    const list = bundleListSchema.safeParse(JSON.parse(await readFile(join(folder, BUNDLE_LIST), 'utf8')))
    if (!list.success) return broken(`${BUNDLE_LIST}: ${list.error.issues[0]?.message}`)
    const problems: Problem[] = []
    const found = new Map(unpacked.map((file) => [file.name, file.sha256]))
    found.delete(BUNDLE_LIST)
    for (const [name, sha256] of Object.entries(list.data.files)) {
      const is = found.get(name)
      if (is === undefined) problems.push({ file: name, what: 'is missing from the bundle' })
      else if (is !== sha256)
        problems.push({ file: name, what: `was changed: its SHA-256 is ${is}, the list has ${sha256}` })
      found.delete(name)
    }
    for (const name of found.keys()) problems.push({ file: name, what: 'is not in the list of the bundle' })
    problems.push(...unlistedRuns(list.data))
    if (problems.length === 0 && !(await isPackedAs(path, folder, unpacked))) {
      problems.push({ file: path, what: 'was changed between its files' })
    }
    return { problems, runs: list.data.runs.map((name) => join(folder, name)), files: list.data.files }
  } catch (error) {
    if (error instanceof JoulemarkError && error.code !== 'negative-result') throw error
    return broken(messageOf(error))
  }

  function broken(what: string): CheckedBundle {
    return { problems: [{ file: path, what }], runs: [], files: {} }
  }
}

/** Files of a run that the list passes over would lie in a verified bundle without anybody having looked at them. */
function unlistedRuns({ runs, files }: BundleList): Problem[] {
  const folders = Object.keys(files).flatMap((name) => /^runs\/[^/]+/.exec(name)?.[0] ?? [])
  const unlisted = [...new Set(folders)].filter((name) => !runs.includes(name))
  return unlisted.map((file) => ({ file, what: 'holds files of a run that the bundle does not list as one' }))
}

/** Whether the archive is what comes of packing its files anew. */
async function isPackedAs(path: string, folder: string, files: readonly { readonly name: string }[]): Promise<boolean> {
  const again = files.map(({ name }) => ({ name, source: { path: join(folder, name) } }))
  return (await sha256Of(path)) === (await archiveSha256(again))
}
