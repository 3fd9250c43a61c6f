import { resolve } from 'node:path'
import { boxFolder } from '../../harness/fleet/plan.ts'
import { type Campaign, readCampaign } from '../../harness/fleet/state.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { readBaselineRuns, readBaselines } from '../../harness/record/baselines.ts'
import { readHistory } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { type FleetRuns, readFleetRuns } from '../actions/fleet/fleet-runs.ts'
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
 * baselines that the boxes have. Null where it is compared with nothing. Throws `bad-input` where there is no such run.
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
  if (isReference(against)) return readFleetRuns([against], flags, io)
  const earlier = readCampaign(against)
  return earlier === null ? readFleetRuns([against], flags, io) : campaignRuns(earlier, against)
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
