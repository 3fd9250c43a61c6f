import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { JoulemarkError } from '../errors.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { KnownBoxes } from './known-boxes.ts'
import { type CampaignPlace, campaignId } from './plan.ts'
import { type Campaign, type CampaignBox, campaignPath, nothingYet, resumed } from './state.ts'

/** A new campaign: every box is planned, in the order in which they start. Pure. */
export function newCampaign(fleet: Fleet, { canary, others }: KnownBoxes, at: Date): Campaign {
  const planned = (part: CampaignBox['part'], name: string): CampaignBox => ({
    ...{ ...nothingYet, box: name, part, attempt: 0, runs: 0, since: at.toISOString() },
  })
  return {
    version: 1,
    id: campaignId(fleet.name, at),
    name: fleet.name,
    engine: fleet.engine,
    fleetFile: resolve(fleet.path),
    work: workOf(fleet),
    createdAt: at.toISOString(),
    against: fleet.against ?? null,
    canary: null,
    boxes: [...canary.map(({ name }) => planned('canary', name)), ...others.map(({ name }) => planned('fleet', name))],
  }
}

/**
 * The campaign of a folder to go on with, by the fleet file as it is now: boxes that were added to it are measured too, those that
 * were removed and not measured are dropped, and its canary is the canary. What it is compared with stays where `fleet` names
 * nothing. Throws `bad-input` for a file that asks for other work.
 */
export function continued(found: Campaign, fleet: Fleet, known: KnownBoxes, at: Date): Campaign {
  const fresh = newCampaign(fleet, known, at)
  if (found.work !== fresh.work || found.name !== fresh.name || found.engine !== fresh.engine) {
    throw new JoulemarkError(
      'bad-input',
      `${fleet.path}: asks for other work than campaign ${found.id}, which was begun with other scenarios, flags or engine; begin another, without --resume`,
    )
  }
  const before = resumed(found, at)
  const asked = new Map(fresh.boxes.map((box) => [box.box, box]))
  const kept = before.boxes.filter(({ box, state }) => asked.has(box) || state !== 'planned')
  const names = new Set(kept.map(({ box }) => box))
  const added = fresh.boxes.filter(({ box }) => !names.has(box))
  // a canary that was added holds the boxes that have not started; one that is no box any more decides nothing
  const placed = kept.map((box): CampaignBox => ({ ...box, part: asked.get(box.box)?.part ?? 'fleet' }))
  return { ...before, against: fresh.against ?? found.against, boxes: [...placed, ...added] }
}

/** Throws `bad-input` where a folder holds a campaign already, which must not be overwritten. */
export function refuseSecond(found: Campaign | null, { out }: Pick<CampaignPlace, 'out'>): void {
  if (found === null) return
  throw new JoulemarkError(
    'bad-input',
    `${campaignPath(out)}: campaign ${found.id} is in this folder; --resume goes on with it, another --out begins a new one`,
  )
}

const workOf = ({ do: what, scenarios, full, flags, endpoint }: Fleet): string =>
  createHash('sha256')
    .update(JSON.stringify([what, scenarios, full, flags, endpoint]))
    .digest('hex')
