import { dirname } from 'node:path'
import { type Baseline, boxOf, isSameBox, readBaselines, readKnownStarts } from '../../harness/record/baselines.ts'
import { readHistory } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'
import { counted } from '../../harness/units.ts'
import { STARTS_PER_SIDE } from '../../harness/verdict/starts-per-side.ts'
import { mixedState } from '../../reports/compare/fingerprint.ts'
import { startsOf } from '../../reports/compare/starts-of-runs.ts'

/**
 * What earlier baselines of the same server showed of its starts, one list of runs per baseline: from the baselines.json of a
 * folder of runs, or of the folder that a run is in. Those that are compared themselves are left out.
 */
export async function knownStarts(path: string, compared: readonly RunRecord[]): Promise<RunRecord[][]> {
  const [first] = compared
  // the spread of one server says nothing about another
  if (first === undefined || compared.some((run) => !isSameBox(boxOf(run), boxOf(first)))) return []
  const here = await readBaselines(path)
  const groups = await readKnownStarts(here.length > 0 ? path : dirname(path), boxOf(first))
  const ids = new Set(compared.map(({ id }) => id))
  return groups.filter((runs) => !runs.some(({ id }) => ids.has(id)))
}

/** A run, and the baseline that it is compared with. */
export interface Judged {
  readonly record: RunRecord
  readonly baseline: Pick<Baseline, 'setAt'>
}

/**
 * Earlier runs of a folder that are further starts of the server that these were just measured on: the same scenario, GPUs,
 * driver, server and flags, measured since the baseline was set, on another start of the server. Only a server that reports
 * when it started can show that it was restarted.
 */
export async function earlierStarts(judged: readonly Judged[], outDir: string): Promise<RunRecord[]> {
  const { runs } = await readHistory(outDir)
  const isNew = ({ id }: RunRecord) => !judged.some(({ record }) => record.id === id)
  return runs
    .map((run) => run.record)
    .filter((other) => isNew(other) && judged.some(({ record, baseline }) => isAnotherStart(other, record, baseline)))
}

const isAnotherStart = (other: RunRecord, record: RunRecord, { setAt }: Judged['baseline']): boolean =>
  other.status === 'complete' &&
  !isOperatingPoint(other) &&
  other.source === record.source &&
  other.scenario.name === record.scenario.name &&
  other.scenarioSha256 === record.scenarioSha256 &&
  other.startedAt > setAt &&
  record.endpoint.startedAtS !== undefined &&
  other.endpoint.startedAtS !== undefined &&
  isSameBox(boxOf(other), boxOf(record)) &&
  stateOf(other) === stateOf(record) &&
  mixedState([record, other]).length === 0

/** The settings of the server, the kernel and the context, without what each start finds for itself. */
function stateOf({ endpoint, host }: RunRecord): string {
  const { kvCapacityTokens: _, kvMaxConcurrency: __, reasons: ___, ...flags } = endpoint.serving ?? {}
  return JSON.stringify([host.kernel, endpoint.maxModelLen, flags])
}

/** What to do about a side with fewer than three starts of a server that the harness did not start; null if nothing. */
export function startAdvice(runs: readonly RunRecord[], command: string): string | null {
  const groups = Map.groupBy(runs, ({ scenario }) => scenario.name)
  const fewest = Math.min(...[...groups.values()].map((each) => startsOf(each).length))
  if (!(fewest < STARTS_PER_SIDE)) return null
  const more = STARTS_PER_SIDE - fewest
  return (
    `${counted(fewest, 'start')} of the server: its level differs from start to start. ` +
    `Restart the server and ${command}, ${more === 1 ? 'once' : 'twice'} (joulemark box makes ${STARTS_PER_SIDE} starts by itself)`
  )
}
