import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import type { Campaign, CampaignBox } from '../../harness/fleet/state.ts'
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
 * and returns the exit code (`withBoxes`).
 */
export async function judgeCampaign(
  fleet: Pick<Fleet, 'store'>,
  campaign: Campaign,
  { out, format, report }: VerdictFlags & { readonly out: string },
  io: CommandIo,
): Promise<number> {
  const bad = campaign.boxes.filter(isBad).map(({ box, exitCode }) => `${box}: its own exit code is ${exitCode}`)
  // a measured box has a reason where some of its records are missing
  const noted = campaign.boxes.filter(({ state, reason }) => state !== 'measured' || reason !== null)
  const missing = noted.map(({ box, state, reason }) => `${box}: ${state}${reason === null ? '' : `: ${reason}`}`)
  const notes = [...missing, ...bad]
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
  return withBoxes(code, campaign.boxes)
}

/** A box whose own run or acceptance says no, which a comparison with others need not show: all may be rejected alike. */
const isBad = ({ state, exitCode }: CampaignBox): boolean =>
  state === 'measured' && exitCode === exitCodes.negativeResult

/**
 * The exit code of a campaign whose verdict is `code`: 1 where that or a box says no, 3 where a box was not measured, 5 where the
 * verdict is good and boxes were held back after their canary (they are not missing for a reason of the world). Pure.
 */
export function withBoxes(code: number, boxes: readonly CampaignBox[]): number {
  if (code === exitCodes.negativeResult || boxes.some(isBad)) return exitCodes.negativeResult
  if (boxes.some(({ state }) => state !== 'measured' && state !== 'held')) return exitCodes.environmentFailed
  const isHeld = boxes.some(({ state }) => state === 'held')
  return isHeld && code === exitCodes.done ? exitCodes.notComparable : code
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

/** Without a baseline there is nothing to pass or fail: the other formats, or the terminal where JUnit is the only one. */
function withoutJunit<Flags extends { readonly format: string }>(flags: Flags): Flags {
  const others = flags.format.split(',').filter((each) => each.trim() !== 'junit')
  return { ...flags, format: others.length === 0 ? 'terminal' : others.join(',') }
}
