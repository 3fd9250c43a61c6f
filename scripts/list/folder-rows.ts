import { dirname } from 'node:path'
import { FolderIndex } from '../../harness/store/folder/folder-index.ts'
import type { CommandIo } from '../support/io.ts'
import { toolInfo } from '../support/tool-info.ts'
import type { ListRow } from './lines.ts'

/** Time between two lines of progress. */
const PROGRESS_MS = 500
/** Folders with fewer runs get no index: they are read faster than a person sees. */
const FEWEST_INDEXED = 12

/** Every run read anew, with its gates. */
export async function wholeRows(directories: readonly string[], io: CommandIo): Promise<ListRow[]> {
  const { rowOf } = await import('./row.ts')
  return readAll(directories, io, rowOf)
}

/**
 * Runs that are shown by one line each, without their gates: those that did not change since an earlier call come from the
 * index of their folder, and nothing that reads records is loaded for them.
 */
export async function shortRows(directories: readonly string[], io: CommandIo): Promise<ListRow[]> {
  const { version, commit } = toolInfo()
  const shortRow = async (path: string): Promise<ListRow> => ({
    ...(await (await import('./row.ts')).rowOf(path)),
    gates: [],
  })
  // the code of a changed checkout has no name
  if (commit?.endsWith('-modified')) return readAll(directories, io, shortRow)
  const folders = Map.groupBy(directories, dirname)
  const indices = new Map<string, FolderIndex<ListRow>>()
  for (const [folder, runs] of folders) {
    if (runs.length <= FEWEST_INDEXED) continue
    indices.set(folder, await FolderIndex.open({ folder, build: `${version} ${commit}`, env: io.env }))
  }
  const rows = await readAll(directories, io, async (path) => {
    const index = indices.get(dirname(path))
    const known = index?.get(path)
    if (known) return { ...known, directory: path }
    return index === undefined ? shortRow(path) : index.read(path, shortRow, isFinal)
  })
  for (const index of indices.values()) await index.save()
  return rows
}

/** A run that has not ended may be judged otherwise without a change of its files. */
const isFinal = ({ status }: ListRow): boolean =>
  status === 'complete' || status === 'interrupted' || status === 'failed'

async function readAll(
  directories: readonly string[],
  { stderr }: CommandIo,
  read: (path: string) => Promise<ListRow>,
): Promise<ListRow[]> {
  const rows: ListRow[] = []
  let shownMs = performance.now()
  for (const directory of directories) {
    rows.push(await read(directory))
    if (!stderr.isTTY || performance.now() - shownMs < PROGRESS_MS) continue
    shownMs = performance.now()
    stderr.write(`\r${rows.length} of ${directories.length} runs read`)
  }
  if (stderr.isTTY) stderr.write('\r\u001b[K')
  return rows
}
