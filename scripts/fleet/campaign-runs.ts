import { resolve } from 'node:path'
import { JoulemarkError } from '../../harness/errors.ts'
import { boxFolder } from '../../harness/fleet/plan.ts'
import { type Campaign, readCampaign } from '../../harness/fleet/state.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { readBaselineRuns, readBaselines } from '../../harness/record/baselines.ts'
import { readHistory } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { type FleetRuns, keyOf, readFleetRuns } from '../actions/fleet/fleet-runs.ts'
import { isReference } from '../store/reference.ts'
import type { CommandIo } from '../support/io.ts'

/** Clocks of boxes may differ by this much: a run that began earlier belongs to an earlier campaign. */
const CLOCK_MS = 60_000

/**
 * The runs of a box that belong to a campaign, from its folder on this machine: those that began in it. A run that the box had as
 * its baseline before is what the others are compared with, however short a time ago it was.
 */
export async function runsOfBox(folder: string, { createdAt }: Pick<Campaign, 'createdAt'>): Promise<FleetRuns> {
  const { runs, unreadable } = await readHistory(folder)
  const baselines = new Set(
    (await readBaselines(folder)).flatMap((each) => each.runs.map((path) => resolve(folder, path))),
  )
  const begunMs = new Date(createdAt).getTime()
  const own = runs.filter(({ directory, record }) => {
    const atMs = new Date(record.startedAt).getTime()
    return atMs >= (baselines.has(resolve(directory)) ? begunMs : begunMs - CLOCK_MS)
  })
  return { records: own.map(({ record }) => record), unreadable }
}

/** The runs of all boxes of a campaign, or of some. */
export async function campaignRuns(campaign: Campaign, out: string, boxes = campaign.boxes): Promise<FleetRuns> {
  const read: FleetRuns[] = []
  for (const { box } of boxes) read.push(await runsOfBox(boxFolder(out, box), campaign))
  return { records: read.flatMap(({ records }) => records), unreadable: read.flatMap(({ unreadable }) => unreadable) }
}

/**
 * The runs that a campaign is compared with: those of an earlier campaign, of a folder, of a query of the store, or of the
 * baselines that the boxes have. Null where it is compared with nothing. What was measured meanwhile is left out, although the
 * query or folder has it by now. Throws `bad-input` where there is no such run.
 */
export async function baselineRuns(
  campaign: Campaign,
  out: string,
  { store }: Pick<Fleet, 'store'>,
  io: CommandIo,
): Promise<FleetRuns | null> {
  const { against } = campaign
  const flags = store === undefined ? {} : { store }
  if (against === null) return null
  if (against === 'baseline') return ownBaselines(campaign, out)
  const earlier = isReference(against) ? null : readCampaign(against)
  if (earlier !== null) return campaignRuns(earlier, against)
  return withoutOwn(await readFleetRuns([against], flags, io), campaign, await campaignRuns(campaign, out))
}

/**
 * Runs without those of a campaign: a query that also finds what the boxes push, or a folder that they write to, would set every
 * run against itself. What a query finds is of any box, so that it must have begun before the campaign. Throws `bad-input` where none
 * is left.
 */
function withoutOwn(
  found: FleetRuns,
  { against, createdAt }: Pick<Campaign, 'against' | 'createdAt'>,
  own: FleetRuns,
): FleetRuns {
  const begunMs = against !== null && isReference(against) ? new Date(createdAt).getTime() : Number.POSITIVE_INFINITY
  const keys = new Set(own.records.map(keyOf))
  const records = found.records.filter((run) => new Date(run.startedAt).getTime() < begunMs && !keys.has(keyOf(run)))
  if (records.length > 0 || found.records.length === 0) return { ...found, records }
  throw new JoulemarkError('bad-input', `${against}: only finds runs of this fleet run, which began at ${createdAt}`)
}

async function ownBaselines({ boxes }: Campaign, out: string): Promise<FleetRuns> {
  const records: RunRecord[] = []
  const unreadable: string[] = []
  for (const { box } of boxes) {
    const folder = boxFolder(out, box)
    for (const baseline of await readBaselines(folder)) {
      try {
        records.push(...(await readBaselineRuns(baseline, folder)))
      } catch (error) {
        unreadable.push(`${box}: baseline of ${baseline.scenario}: ${(error as Error).message}`)
      }
    }
  }
  return { records, unreadable }
}

/** Runs on cards that other runs saw too, by UUID. */
export function onSameCards(runs: readonly RunRecord[], as: readonly RunRecord[]): RunRecord[] {
  const seen = new Set(as.flatMap(({ gpus }) => servingUuids(gpus)))
  return runs.filter(({ gpus }) => servingUuids(gpus).some((uuid) => seen.has(uuid)))
}
