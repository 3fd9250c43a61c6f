import { z } from 'zod'
import { type Campaign, campaignBoxSchema } from '../../harness/fleet/state.ts'

/** Version of the document of `fleet status --json`. */
export const FLEET_STATUS_VERSION = 1

export const fleetStatusSchema = z.object({
  version: z.literal(FLEET_STATUS_VERSION),
  id: z.string(),
  name: z.string(),
  engine: z.string(),
  folder: z.string(),
  createdAt: z.string(),
  against: z.string().nullable(),
  canary: z.object({ goOn: z.boolean(), reason: z.string() }).nullable(),
  boxes: z.array(campaignBoxSchema.omit({ handle: true, lossKind: true }).extend({ job: z.string().nullable() })),
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
