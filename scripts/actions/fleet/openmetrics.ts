import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exitCodes, JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { baselinePath, readBaselineRuns, readBaselines } from '../../../harness/record/baselines.ts'
import { makeFolder, replaceFile } from '../../../harness/record/json-file.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { fleetStanding } from '../../../reports/fleet/standing/standing.ts'
import { againstBaselines } from '../../../reports/openmetrics/against-baselines.ts'
import { openMetrics } from '../../../reports/openmetrics/openmetrics.ts'
import { isReference } from '../../store/reference.ts'
import type { CommandIo } from '../../support/io.ts'
import { readFleetRuns } from './fleet-runs.ts'

/** Flags of `report` that are about metrics. */
export interface MetricsFlags {
  /** A folder, or the file itself where the name ends in .prom. */
  readonly out: string
  readonly store?: string
  /** Runs to judge against, besides the baselines that the folders have: a folder, or store:QUERY. */
  readonly baseline?: string
}

/**
 * `report --format openmetrics`: writes the newest run of every host, GPU and scenario as metrics, with the verdicts against
 * the baselines of the folders and against siblings. The file is replaced in one step, so that no scrape sees half of it.
 */
export async function writeOpenMetrics(paths: readonly string[], flags: MetricsFlags, io: CommandIo): Promise<number> {
  if (paths.length === 0) {
    throw new JoulemarkError('bad-input', '--format openmetrics requires run folders, such as results, or store:QUERY')
  }
  const { records, unreadable } = await readFleetRuns(paths, flags, io)
  const notes = [...unreadable]
  const stated = flags.baseline === undefined ? [] : (await readFleetRuns([flags.baseline], flags, io)).records
  const baseline = [...(await baselineRuns(paths, notes)), ...stated]
  for (const line of notes) io.stderr.write(`not read: ${plainText(line)}\n`)
  const text = openMetrics({
    records,
    standing: fleetStanding(records),
    comparison: againstBaselines(records, baseline),
    unreadable: unreadable.length,
  })
  const path = flags.out.endsWith('.prom') ? flags.out : join(flags.out, 'joulemark.prom')
  makeFolder(dirname(path))
  replaceFile(path, text)
  io.stderr.write(`wrote ${path}\n`)
  return exitCodes.done
}

/** The runs of the baselines of these folders and of the folders in them; a baseline that cannot be read is a note. */
export async function baselineRuns(paths: readonly string[], notes: string[]): Promise<RunRecord[]> {
  const folders = paths.filter((path) => !isReference(path)).flatMap((path) => [path, ...foldersIn(path)])
  const runs = new Map<string, RunRecord>()
  for (const folder of folders.filter((each) => existsSync(baselinePath(each)))) {
    for (const each of await readBaselines(folder)) {
      try {
        for (const run of await readBaselineRuns(each, folder)) runs.set(`${run.host.hostname} ${run.id}`, run)
      } catch (error) {
        notes.push(`${baselinePath(folder)}: ${each.scenario}: ${messageOf(error)}`)
      }
    }
  }
  return [...runs.values()]
}

const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
