import { z } from 'zod'
import { parseShare } from './share.ts'

/** Parts shared by the schemas of all kinds of scenario. */

export const positiveInt = z.int().positive()

/** `2%` or `0.02`, kept as a fraction. */
export const fraction = z
  .union([z.number().positive().max(1), z.string().regex(/^\d+(\.\d+)?\s*%$/)])
  .transform((value) => (typeof value === 'number' ? value : (parseShare(value) ?? Number.NaN)))
  .pipe(z.number().positive().max(1))
  .meta({ description: 'a share: 2% or 0.02' })

export const arrivalFields = {
  arrivals: z
    .enum(['constant', 'poisson', 'gamma'])
    .default('poisson')
    .describe('gaps between requests: all the same, those of independent users, or in bursts (`burstiness`)'),
  burstiness: z
    .number()
    .positive()
    .default(1)
    .describe('shape parameter of the gamma distribution of gaps: 1 is Poisson, smaller is burstier'),
  rampSeconds: z.number().nonnegative().default(0).describe('the rate rises from 0 over this time'),
  maxInFlight: positiveInt
    .max(20_000)
    .default(512)
    .describe('open connections; a request that finds no free connection is dropped and counted'),
} as const

export const trialFields = {
  seconds: z.number().positive().default(60).describe('time for which new requests are sent'),
  warmupSeconds: z
    .number()
    .nonnegative()
    .default(10)
    .describe('time of load with the same shape before the first trial'),
  minWindowSeconds: z
    .number()
    .positive()
    .optional()
    .describe('minimum length of the steady window; half of `seconds` unless given'),
  requestTimeoutSeconds: z.number().positive().default(600).describe('a request that takes longer counts as failed'),
  runTimeoutMinutes: z.number().positive().default(180).describe('the run ends normally after this time'),
  quietSeconds: z
    .number()
    .min(0.8)
    .default(3)
    .describe('idle padding: sampling time before and after a trial, so that the power sensor can follow'),
  coolDown: z
    .strictObject({
      toWithinC: z
        .number()
        .positive()
        .default(3)
        .describe('cooled means at most this many degrees above the temperature at the start of the first trial'),
      timeoutSeconds: z
        .number()
        .positive()
        .default(300)
        .describe('the trial starts after this time at any temperature, and the record states it'),
    })
    .optional()
    .describe('wait before each trial after the first until the card has cooled; without it trials start immediately'),
} as const

export const trialSchema = z
  .strictObject({
    ...trialFields,
    idleSeconds: z
      .number()
      .nonnegative()
      .optional()
      .describe('idle time before the warm-up in which active idle power is measured; requires 16 s or more'),
  })
  .default({ seconds: 60, warmupSeconds: 10, requestTimeoutSeconds: 600, runTimeoutMinutes: 180, quietSeconds: 3 })
