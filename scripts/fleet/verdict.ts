import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import type { Campaign } from '../../harness/fleet/state.ts'
import type { Fleet } from '../../harness/scenario/fleet/load-fleet.ts'
import { compareFleet } from '../../reports/fleet/fleet-comparison.ts'
import { fleetStanding } from '../../reports/fleet/standing/standing.ts'
import { showComparison } from '../actions/fleet/compare.ts'
import { type FleetRuns, joined, readFleetRuns } from '../actions/fleet/fleet-runs.ts'
import { showStanding } from '../actions/fleet/report.ts'
import type { CommandIo } from '../support/io.ts'
import { baselineRuns, campaignRuns } from './campaign-runs.ts'

/** How a verdict is shown. */
export interface VerdictFlags {
  readonly format: string
  readonly report: string
}

/**
 * Judges a campaign as it is: against what it is compared with, else each box against its siblings. Prints, writes the files,
 * and returns the exit code: that of the verdict, or 3 where boxes are missing and no loss is shown.
 */
export async function judgeCampaign(
  fleet: Pick<Fleet, 'store'>,
  campaign: Campaign,
  { out, format, report }: VerdictFlags & { readonly out: string },
  io: CommandIo,
): Promise<number> {
  const absent = campaign.boxes.filter(({ state }) => state !== 'measured')
  const notes = absent.map(({ box, state, reason }) => `${box}: ${state}${reason === null ? '' : `: ${reason}`}`)
  const runs = await allRuns(fleet, campaign, out, io)
  const flags = { format, out: report }
  if (runs.records.length === 0) {
    io.stderr.write('no box has left a run: nothing is judged\n')
    return exitCodes.environmentFailed
  }
  const before = await baselineRuns(campaign, out, fleet, io)
  const unread = [...runs.unreadable, ...(before?.unreadable ?? [])].map((line) => `not read: ${line}`)
  const code =
    before === null
      ? await showStanding(fleetStanding(runs.records, [...notes, ...unread]), null, withoutJunit(flags), io)
      : await showComparison(compareFleet(before.records, runs.records, { notes: [...notes, ...unread] }), flags, io)
  // boxes that were held back are not missing for a reason of the world: the verdict on the canary stands
  const isMissing = absent.some(({ state }) => state !== 'held')
  return code === exitCodes.negativeResult || !isMissing ? code : exitCodes.environmentFailed
}

/** The runs of the boxes: those that were brought and, where a store is named, those that it has of the campaign. */
async function allRuns(
  fleet: Pick<Fleet, 'store'>,
  campaign: Campaign,
  out: string,
  io: CommandIo,
): Promise<FleetRuns> {
  const brought = await campaignRuns(campaign, out)
  if (fleet.store === undefined) return brought
  try {
    const hosts = campaign.boxes.flatMap(({ box }) => [box, `${box}.*`]).join('|')
    const query = `store:since=${campaign.createdAt} host=${hosts}`
    return joined([await readFleetRuns([query], { store: fleet.store }, io), brought])
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { ...brought, unreadable: [...brought.unreadable, `the store: ${error.message}`] }
  }
}

/** Without a baseline there is nothing to pass or fail. */
const withoutJunit = <Flags extends { readonly format: string }>(flags: Flags): Flags => ({
  ...flags,
  format: flags.format
    .split(',')
    .filter((each) => each.trim() !== 'junit')
    .join(','),
})
