import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { readHistory } from '../../../harness/record/read.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { withRuns } from '../../store/given-runs.ts'
import { isReference } from '../../store/reference.ts'
import type { CommandIo } from '../../support/io.ts'

/** The runs of many boxes, and a line for each folder that could not be read. */
export interface FleetRuns {
  readonly records: readonly RunRecord[]
  readonly unreadable: readonly string[]
}

/**
 * Reads runs of many boxes: each path is a run, a folder of runs, a folder with one such folder for each box, or store:QUERY. A record that
 * is there twice counts once; one that cannot be read is named and does not stop the others. Throws `bad-input` for a path
 * without any run.
 */
export async function readFleetRuns(
  paths: readonly string[],
  flags: { readonly store?: string },
  io: CommandIo,
): Promise<FleetRuns> {
  const found: FleetRuns[] = []
  for (const path of paths) {
    if (isReference(path)) {
      const stored = await withRuns([path], flags, io, (runs) => runs.records())
      found.push({ records: stored.map(({ record }) => record), unreadable: [] })
    } else found.push(await readOne(path))
  }
  return joined(found)
}

/** Runs from several places, each once. */
export function joined(found: readonly FleetRuns[]): FleetRuns {
  const byKey = new Map(found.flatMap(({ records }) => records).map((run) => [keyOf(run), run]))
  return { records: [...byKey.values()], unreadable: found.flatMap(({ unreadable }) => unreadable) }
}

/** What names a run among those of many boxes. Ids hold a time and a card: two boxes may have the same. */
export const keyOf = ({ id, host, gpus }: RunRecord): string =>
  JSON.stringify([id, host.hostname, gpus.map(({ uuid }) => uuid)])

async function readOne(path: string): Promise<FleetRuns> {
  const folders = [path, ...(await foldersIn(path))]
  const read: FleetRuns[] = []
  for (const folder of folders) {
    const { runs, unreadable } = await readHistory(folder)
    // a run is in its folder and is that folder: both readings give the same record
    read.push({ records: runs.map(({ record }) => record), unreadable })
  }
  const all = {
    records: read.flatMap(({ records }) => records),
    unreadable: [...new Set(read.flatMap((one) => one.unreadable))],
  }
  if (all.records.length + all.unreadable.length > 0) return all
  throw new JoulemarkError('bad-input', `${path}: holds no run (no run.json in it, or up to two levels below)`)
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(path, name))
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new JoulemarkError('bad-input', `${path}: no such run or folder of runs`)
    if (code === 'ENOTDIR') return []
    throw new JoulemarkError('environment', `${path}: cannot be listed: ${messageOf(error)}`, { cause: error })
  }
}
