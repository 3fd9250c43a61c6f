import { z } from 'zod'
import { parseShare } from './share.ts'

/** What the schemas of all kinds of scenario are made of. */

export const positiveInt = z.int().positive()

/** `2%` or `0.02`, kept as a fraction. */
export const fraction = z
  .union([z.number().positive().max(1), z.string().regex(/^\d+(\.\d+)?\s*%$/)])
  .transform((value) => (typeof value === 'number' ? value : (parseShare(value) ?? Number.NaN)))
  .pipe(z.number().positive().max(1))
  .meta({ description: 'a share: 2% or 0.02' })

export const arrivalFields = {
  arrivals: z.enum(['constant', 'poisson', 'gamma']).default('poisson'),
  burstiness: z.number().positive().default(1).describe('shape of gamma gaps: 1 is Poisson, smaller is burstier'),
  rampSeconds: z.number().nonnegative().default(0).describe('the rate climbs from 0 over this time'),
  maxInFlight: positiveInt
    .max(20_000)
    .default(512)
    .describe('connections held open; a request that finds none free is dropped and counted, never made to wait'),
} as const

export const trialFields = {
  seconds: z.number().positive().default(60).describe('how long new requests are sent'),
  warmupSeconds: z.number().nonnegative().default(10).describe('load of the same shape before the first trial'),
  minWindowSeconds: z
    .number()
    .positive()
    .optional()
    .describe('shortest steady window that counts; half of seconds unless given'),
  requestTimeoutSeconds: z.number().positive().default(600),
  runTimeoutMinutes: z.number().positive().default(180).describe('the run ends in good order after this'),
  quietSeconds: z
    .number()
    .min(0.8)
    .default(3)
    .describe('sampling goes on this long before and after a trial, so that the power sensor can follow'),
  coolDown: z
    .strictObject({
      toWithinC: z
        .number()
        .positive()
        .default(3)
        .describe('this many degrees above the temperature at the start of the first trial are near enough'),
      timeoutSeconds: z
        .number()
        .positive()
        .default(300)
        .describe('the trial goes on after this, however warm the card is, and the record says so'),
    })
    .optional()
    .describe('before every trial but the first, nothing is sent until the card has cooled; without it nothing waits'),
} as const

export const trialSchema = z
  .strictObject({
    ...trialFields,
    idleSeconds: z
      .number()
      .nonnegative()
      .optional()
      .describe('rest before the warm-up in which active idle is measured: 16 s and more; without it there is none'),
  })
  .default({ seconds: 60, warmupSeconds: 10, requestTimeoutSeconds: 600, runTimeoutMinutes: 180, quietSeconds: 3 })
