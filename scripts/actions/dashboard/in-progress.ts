import { statSync } from 'node:fs'
import { join } from 'node:path'
import { runFoldersIn } from '../../../harness/record/disk/run-folders.ts'
import { readAll } from '../../../harness/record/read.ts'
import type { RunInProgress } from '../../../reports/dashboard/views/running-view.ts'
import { unendedRun } from '../../support/unended-run.ts'
import { boxFolders } from './box-folders.ts'

/** A record that was not written for this long is not of a run in progress: it is written after every trial. */
const OLDEST_MS = 7 * 86_400_000
/** Newest records that are read. */
const MOST_READ = 200

/** The runs of some folders that have not ended, newest first: those that run, and those whose process may be gone. */
export async function runsInProgress(folders: readonly string[], now = Date.now()): Promise<RunInProgress[]> {
  const recent = [...new Set(boxFolders(folders).flatMap(runDirectories))]
    .map((directory) => ({ directory, writtenMs: writtenAt(directory) }))
    .filter(({ writtenMs }) => writtenMs > now - OLDEST_MS)
    .toSorted((a, b) => b.writtenMs - a.writtenMs)
    .slice(0, MOST_READ)
  const { runs } = await readAll(recent.map(({ directory }) => directory))
  return runs
    .flatMap((run): RunInProgress[] => {
      const open = unendedRun(run)
      if (open === null) return []
      const { record } = run
      return [
        {
          id: record.id,
          host: record.host.hostname,
          card: record.card.key ?? record.card.name ?? 'no GPU',
          scenario: record.scenario.title,
          startedAt: record.startedAt,
          trialsDone: record.trials.length,
          trialsMost: record.trialBounds?.most ?? null,
          state: open.status,
          line: open.line,
          simulated: record.source === 'simulated',
        },
      ]
    })
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
}

function runDirectories(path: string): string[] {
  try {
    return runFoldersIn(path) ?? []
  } catch {
    return []
  }
}

function writtenAt(directory: string): number {
  return statSync(join(directory, 'run.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
