import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'
import { archiveSha256, sha256Of, unpackArchive } from './archive.ts'
import type { Problem } from './check-files.ts'

/** The list of files in a bundle. */
export const bundleListSchema = z.strictObject({
  joulemarkBundle: z.literal(1),
  runs: z.array(z.string().regex(/^runs\/[A-Za-z0-9._-]+$/)).min(1),
  files: z.record(z.string(), z.string()).describe('SHA-256 of every file but this one, by name'),
})
export type BundleList = z.infer<typeof bundleListSchema>

export const BUNDLE_LIST = 'bundle.json'

/** A bundle on disk, unpacked. */
export interface CheckedBundle {
  readonly problems: readonly Problem[]
  /** Folders of its runs, not verified yet. */
  readonly runs: readonly string[]
  /** SHA-256 of every file but the list, by name. The list is not signed; only the runs are. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * Unpacks a bundle and compares every file with its list, and the archive with one packed again from the same files, which
 * also detects changes between the files. A broken archive is reported as a problem, not thrown.
 */
export async function checkBundle(path: string, folder: string): Promise<CheckedBundle> {
  try {
    const unpacked = await unpackArchive(path, folder)
    if (!unpacked.some((file) => file.name === BUNDLE_LIST)) return broken(`not a bundle: it holds no ${BUNDLE_LIST}`)
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
      problems.push({ file: path, what: 'was changed between its files, or cut off at its end' })
    }
    return { problems, runs: list.data.runs.map((name) => join(folder, name)), files: list.data.files }
  } catch (error) {
    if (error instanceof JoulemarkError && error.code !== 'negative-result') throw error
    const said = messageOf(error)
    return broken(said.startsWith(`${path}: `) ? said.slice(path.length + 2) : said)
  }

  function broken(what: string): CheckedBundle {
    return { problems: [{ file: path, what }], runs: [], files: {} }
  }
}

/** Files of runs that are not in the list of runs: nothing would verify them. */
function unlistedRuns({ runs, files }: BundleList): Problem[] {
  const folders = Object.keys(files).flatMap((name) => /^runs\/[^/]+/.exec(name)?.[0] ?? [])
  const unlisted = [...new Set(folders)].filter((name) => !runs.includes(name))
  return unlisted.map((file) => ({ file, what: "holds files of a run that is not in the bundle's list of runs" }))
}

/** Whether packing the files again gives the same archive. */
async function isPackedAs(path: string, folder: string, files: readonly { readonly name: string }[]): Promise<boolean> {
  const again = files.map(({ name }) => ({ name, source: { path: join(folder, name) } }))
  return (await sha256Of(path)) === (await archiveSha256(again))
}
