import { z } from 'zod'
import { type Campaign, campaignBoxSchema } from '../../harness/fleet/state.ts'

/** Version of the document of `fleet status --json`. */
export const FLEET_STATUS_VERSION = 1

export const fleetStatusSchema = z.object({
  version: z.literal(FLEET_STATUS_VERSION),
  id: z.string().describe('the campaign: name of the fleet, and its start in UTC'),
  name: z.string().describe('name of the fleet, by its file'),
  engine: z.string().describe('what schedules its jobs: slurm, ansible or kubernetes'),
  folder: z.string().describe('folder of the campaign (--out)'),
  createdAt: z.string().describe('start of the campaign, UTC'),
  against: z
    .string()
    .nullable()
    .describe('what it is compared with: a folder, store:QUERY or baseline; null for nothing'),
  canary: z
    .object({
      goOn: z.boolean().describe('whether the others are measured'),
      reason: z.string().describe('what the canary showed'),
    })
    .nullable()
    .describe('the verdict on the canary; null before it, and without a canary'),
  boxes: z
    .array(
      campaignBoxSchema.omit({ handle: true, lossKind: true }).extend({
        job: z.string().nullable().describe('its job, as the engine names it; null without one'),
      }),
    )
    .describe('what became of each server'),
})

/** A campaign as `fleet status --json` prints it. */
export function statusDocument(
  { id, name, engine, createdAt, against, canary, boxes }: Campaign,
  folder: string,
): z.infer<typeof fleetStatusSchema> {
  return {
    ...{ version: FLEET_STATUS_VERSION, id, name, engine, folder, createdAt, against, canary },
    boxes: boxes.map(({ handle, lossKind: _, ...box }) => ({ ...box, job: handle?.native ?? null })),
  }
}
