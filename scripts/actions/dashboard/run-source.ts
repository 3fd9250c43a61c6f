import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { JoulemarkError } from '../../../harness/errors.ts'
import { baselinePath } from '../../../harness/record/baselines.ts'
import { runFoldersIn } from '../../../harness/record/disk/run-folders.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { type StoreAddress, storeName } from '../../../harness/store/db/address.ts'
import { type Store, withStore } from '../../../harness/store/db/open.ts'
import { cachePath } from '../../../harness/store/folder/folder-index.ts'
import { foldersOf, followFolders, refusedFolders } from '../../../harness/store/folder/folder-store.ts'
import { fileState, stateOfStore } from '../../../harness/store/view/state.ts'
import { counted } from '../../../harness/units.ts'
import type { CommandIo } from '../../support/io.ts'
import { toolInfo } from '../../support/tool-info.ts'
import { baselineRuns } from '../fleet/openmetrics.ts'
import { boxFolders } from './box-folders.ts'

/** Where the dashboard reads runs. */
export interface RunSource {
  /** As a person would name it. */
  readonly name: string
  /** Opens the store, or the index of the folders, and closes it after the function. Throws as `withStore` does. */
  readonly use: <Result>(act: (store: Store) => Promise<Result>) => Promise<Result>
  /** Another text after each change. */
  readonly state: (store: Store) => Promise<string>
  /** Runs that are not shown, each with its reason. */
  readonly refused: (store: Store) => Promise<readonly string[]>
  /** The folder of a run; null for one of a store. */
  readonly folderOf: (store: Store, digest: string) => Promise<string | null>
  /** The runs of the baselines of the folders, as `baseline set` keeps them; a store has none. */
  readonly baselines: () => Promise<readonly RunRecord[]>
  readonly close: () => void
}

/** A store as it is. */
export const storeSource = (address: StoreAddress, io: CommandIo): RunSource => ({
  name: `Store ${storeName(address)}`,
  use: (act) => withStore(address, io.env, 'read', act),
  state: (store) => stateOfStore(store, address),
  refused: async () => [],
  folderOf: async () => null,
  baselines: async () => [],
  close: () => undefined,
})

/** Looking at every file of ten thousand folders takes half a second: not more often than this, and at most a twentieth of the time. */
const [LOOK_MS, LOOK_SHARE] = [2000, 0.05]
/** Reading many new runs takes longer than looking; what comes next is not to wait for that long. */
const LATEST_LOOK_MS = 20_000

/**
 * Folders of runs, or of one folder of runs for each box, through an index in the user's cache folder. They are looked at again
 * when a page is asked for. Throws `bad-input` for a folder that is not there.
 */
export async function folderSource(folders: readonly string[], io: CommandIo): Promise<RunSource> {
  for (const folder of folders) {
    if (!existsSync(folder)) throw new JoulemarkError('bad-input', `${folder}: no such run or folder of runs`)
  }
  const { file, close } = indexFile(folders, io)
  const address: StoreAddress = { kind: 'sqlite', file }
  const build = buildName()
  let nextMs = 0
  /** Folders that may have baselines: all but the runs themselves. */
  let boxes: readonly string[] = []
  const follow = async (store: Store): Promise<void> => {
    const startMs = performance.now()
    const all = boxFolders(folders)
    const directories = [...new Set(all.flatMap((path) => runFoldersIn(path) ?? []))]
    const runs = new Set(directories)
    boxes = all.filter((folder) => !runs.has(folder))
    await followFolders(store, { directories, build, onRead: (read) => progress(read, directories.length, io) })
    const tookMs = performance.now() - startMs
    nextMs = performance.now() + Math.min(LATEST_LOOK_MS, Math.max(LOOK_MS, tookMs / LOOK_SHARE))
  }
  const use: RunSource['use'] = (act) =>
    withStore(address, io.env, 'write', async (store) => {
      if (performance.now() >= nextMs) await follow(store)
      return act(store)
    })
  await use(async () => undefined).catch(async () => {
    // an index of a later version, or a file that is none: it can be made again at any time
    rmSync(file, { force: true })
    await use(async () => undefined)
  })
  if (io.stderr.isTTY) io.stderr.write('\r\u001b[K')
  return {
    name: `${counted(folders.length, 'folder')}: ${folders.join(', ')}`,
    use,
    // `baseline set` changes no run folder
    state: async (store) =>
      [await stateOfStore(store, address), ...boxes.map((folder) => fileState(baselinePath(folder)))].join(' '),
    refused: refusedFolders,
    folderOf: async (store, digest) => (await foldersOf(store, [digest])).get(digest) ?? null,
    // one that cannot be read is named by `baseline show`
    baselines: () => baselineRuns(boxFolders(folders), []),
    close,
  }
}

function progress(read: number, all: number, { stderr }: CommandIo): void {
  if (stderr.isTTY) stderr.write(`\r${read} of ${all} runs read`)
}

/** In the user's cache folder, or in one that lasts as long as this process. */
function indexFile(
  folders: readonly string[],
  { env }: CommandIo,
): { readonly file: string; readonly close: () => void } {
  const file = cachePath('dashboard', folders, env)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    accessSync(dirname(file), constants.W_OK)
    return { file, close: () => undefined }
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'joulemark-dashboard-'))
    return { file: join(folder, 'index.sqlite'), close: () => rmSync(folder, { recursive: true, force: true }) }
  }
}

/** The code of a changed checkout has no name: what it read holds for its process only. */
function buildName(): string {
  const { version, commit } = toolInfo()
  return commit?.endsWith('-modified') ? `${version} ${commit} ${process.pid} ${Date.now()}` : `${version} ${commit}`
}
