import { systemClock } from '../../../harness/clock.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import type { JobHandle } from '../../../harness/fleet/engine.ts'
import { boxAfter } from '../../../harness/fleet/outcome.ts'
import { type Campaign, readCampaign } from '../../../harness/fleet/state.ts'
import { plainText } from '../../../harness/plain-text.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import { loadFleet } from '../../../harness/scenario/fleet/load-fleet.ts'
import { folderThere } from '../../fleet/campaign-folder.ts'
import { statusDocument } from '../../fleet/status-document.ts'
import { statusTable } from '../../fleet/status-table.ts'
import type { CommandIo } from '../../support/io.ts'
import { factTables } from '../../support/terminal.ts'
import { engineOf } from './engine-of.ts'

/** Flags of `fleet status`. */
export interface FleetStatusFlags {
  readonly json?: boolean
}

/** Shows what became of each box of a campaign, with what the engine says now. Changes nothing. */
export async function fleetStatus(folder: string | undefined, flags: FleetStatusFlags, io: CommandIo): Promise<number> {
  const out = folderThere(folder, null)
  const { campaign, note } = await asNow(readCampaign(out)!, io)
  if (note !== null) io.stderr.write(`${plainText(note)}\n`)
  io.stdout(flags.json ? toJson(statusDocument(campaign, out)) : `${factTables([statusTable(campaign)], io)}\n`)
  return exitCodes.done
}

/** The campaign with the states of its jobs now; as it was kept, with a note, where the engine does not answer. */
async function asNow(
  campaign: Campaign,
  io: CommandIo,
): Promise<{ readonly campaign: Campaign; readonly note: string | null }> {
  const submitted = campaign.boxes.filter(({ state, handle }) => state === 'submitted' && handle !== null)
  if (submitted.length === 0) return { campaign, note: null }
  try {
    const fleet = await loadFleet(campaign.fleetFile, io.env)
    const engine = await engineOf(fleet, io.env)
    const jobs = await engine.follow(
      submitted.map(({ handle }) => handle as JobHandle),
      new AbortController().signal,
    )
    const now = new Map(
      submitted.map((box, index) => {
        const job = jobs[index]
        const at = systemClock.wall()
        return [box.box, job === undefined ? box : boxAfter(box, job, { retries: fleet.retries, at })] as const
      }),
    )
    return { campaign: { ...campaign, boxes: campaign.boxes.map((box) => now.get(box.box) ?? box) }, note: null }
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { campaign, note: `as it was kept; ${campaign.engine} was not asked: ${error.message}` }
  }
}
