import { z } from 'zod'

const watts = z.number().positive().nullable()

/**
 * The setting of the cards in a run that `tune` or `box` set on purpose: one point of a tuning. Values hold for every serving
 * GPU alike. Runs of different settings are never repeats of one another.
 */
export const settingSchema = z.object({
  tune: z.string().describe('the tuning that the run belongs to: the name of its folder'),
  powerLimitW: z
    .object({
      asked: watts.describe('per GPU; null: left as it was found'),
      enforced: watts.describe('per GPU, read back before the run; null with a reason'),
      found: watts.describe('per GPU, before anything was set; null with a reason'),
      reason: z.string().optional().describe('why a limit is null, other than not asked'),
    })
    .describe('power limit of the serving GPUs, in W'),
  smClockMHz: z
    .object({
      asked: z.number().positive().describe('the SM clock was locked at this one'),
      locked: z
        .number()
        .positive()
        .nullable()
        .optional()
        .describe('the one that nvidia-smi said it locked; null if it did not say, absent in early records'),
      read: z
        .number()
        .positive()
        .nullable()
        .describe('median under load, of the slowest serving card, from gpu.csv; null with a reason'),
      reason: z.string().optional().describe('why `read` is null; absent if it is not'),
    })
    .optional()
    .describe('absent: the clock was not locked'),
  block: z.int().nonnegative().describe('which block of the order, from 0 on; every block has every point once'),
  blocks: z.int().positive().describe('how many blocks the order has'),
  place: z.int().nonnegative().describe('place of the run in the whole order, from 0 on'),
  seed: z.int().describe('of the shuffled order'),
  by: z.enum(['tune', 'box']).describe('which command set it'),
})

export type RunSetting = z.infer<typeof settingSchema>
