import { z } from 'zod'
import { gbp, share } from '../../harness/scenario/config/quote-parts.ts'

/** A case of `size` as a file: the same keys as its flags. Unknown keys are errors. */

const positive = z.number().positive()
const lengths = z
  .union([z.int().positive(), z.string().min(1).max(400)])
  .describe('a number, or lognormal:mean=512,deviation=200,max=4096, uniform:100-300, empirical:file=FILE')
const byCard = z.record(z.string(), gbp.positive())

export const sizeInputsSchema = z.strictObject({
  runs: z.array(z.string().min(1).max(4096)).max(100).optional().describe('runs, folders of runs, or store:QUERY'),
  scenario: z.string().min(1).max(4096).optional().describe('name or file of a scenario, instead of model and lengths'),
  model: z.string().min(1).max(4096).optional().describe('catalogue key of the model'),
  inputTokens: lengths.optional(),
  outputTokens: lengths.optional(),
  prefixCache: z.string().max(40).optional().describe('what prompts share: cold, warm, shared:N or hits:60%'),
  slo: z.string().min(1).max(200).optional().describe('limits in ms, such as ttft=500,tpot=50'),
  goodShare: share
    .refine((value) => value >= 0.5 && value < 1, 'expected 50% up to 99.9%')
    .optional()
    .describe('share of the requests that must meet the SLO'),
  users: positive.max(100_000_000).optional().describe('users; of sessions, those that are active at a time'),
  requestsPerUserHour: positive
    .max(100_000)
    .optional()
    .describe('requests of a user per hour; users x this / 3600 is the rate'),
  thinkSeconds: z
    .number()
    .nonnegative()
    .max(86_400)
    .optional()
    .describe('mean pause of a user between an answer and the next request; all users are active'),
  requestsPerS: positive.max(1_000_000).optional().describe('requests per second, instead of users'),
  burstiness: positive.max(100).optional().describe('1 is Poisson, smaller is burstier (gamma distribution)'),
  peakFactor: positive.max(1000).optional().describe('peak hour / the load that is stated; 1: it is the peak'),
  growth: z
    .union([z.number().max(1, 'expected a share with its sign, such as 50%'), z.string()])
    .pipe(share)
    .refine((value) => value >= 0 && value <= 100, 'expected 0% or more')
    .optional()
    .describe('growth that the servers have to carry: 50%'),
  growthMonths: z.int().positive().max(600).optional().describe('in how many months the growth comes'),
  spare: z.int().nonnegative().max(1000).optional().describe('servers beside those that carry the load: 1 is N+1'),
  cards: z.array(z.string().min(1).max(80)).max(100).optional().describe('cards to compare, by key'),
  rentGbpPerMonth: byCard.optional().describe('rent of a server per month, all in, by card'),
  priceGbp: byCard.optional().describe('price of one card, by card'),
})

export type SizeInputs = z.infer<typeof sizeInputsSchema>
