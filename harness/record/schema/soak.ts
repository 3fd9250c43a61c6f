import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { signatureSchema } from './signature.ts'

/** The certificate of a soak: hours of full load on every card of a server, and what was seen meanwhile. */

const share = z.number().describe('a share: 0.05 is 5 %')
const rangeSchema = z.strictObject({ min: z.number(), max: z.number() }).nullable()
const verdictSchema = z.enum(['accepted', 'rejected', 'not-measured'])
const wouldBe = verdictSchema.nullable().describe('what a real one with these figures would be; null for a live one')

/** Reasons for reduced clocks that a soak counts: those that are no part of normal operation at the power limit. */
export const slowdownReasons = [
  'swThermalSlowdown',
  'hwThermalSlowdown',
  'hwPowerBrakeSlowdown',
  'hwSlowdown',
  'swPowerCap',
] as const
export type SlowdownReason = (typeof slowdownReasons)[number]

const soakCardSchema = z.strictObject({
  index: z.int(),
  uuid: z.string(),
  name: z.string(),
  loadedHours: z.number().describe('time in which nvidia-smi showed it busy'),
  rounds: z.int().nonnegative().describe('rounds of load that it completed'),
  tokens: z.number().nonnegative().describe('output tokens of its completed rounds, within their windows'),
  energyJ: measuredSchema.describe('of the board, summed over the samples of the whole soak'),
  outputTokensPerS: measuredSchema.describe('median of its rounds'),
  temperatureC: rangeSchema.describe('under load; null if it was not reported'),
  smClockMHz: rangeSchema.describe('under load'),
  memoryClockMHz: rangeSchema.describe('under load'),
  powerW: z.strictObject({ mean: z.number(), max: z.number() }).nullable().describe('under load'),
  slowdownShares: z
    .partialRecord(z.enum(slowdownReasons), share)
    .nullable()
    .describe('share of the time under load with this reason for reduced clocks; null if none was reported'),
  correctedErrors: measuredSchema.describe('memory errors corrected during the soak'),
  uncorrectedErrors: measuredSchema,
  pcieReplays: measuredSchema.describe('packets that the PCIe link had to send again during the soak'),
  link: z
    .strictObject({
      width: rangeSchema,
      widthMax: z.int().nullable(),
      generation: rangeSchema,
      generationMax: z.int().nullable(),
    })
    .describe('PCIe link under load'),
  xids: z
    .union([z.array(z.int()), z.strictObject({ value: z.null(), reason: z.string() })])
    .describe('Xid errors in the kernel log during the soak, or why the log could not be read'),
  driftSharePerHour: z
    .union([
      z.strictObject({ slope: z.number(), low: z.number(), high: z.number() }),
      z.strictObject({ value: z.null(), reason: z.string() }),
    ])
    .describe('change of tokens/s per hour as a share of the median: Theil-Sen slope with its 95 % interval'),
  verdict: verdictSchema,
  wouldBe,
  reasons: z.array(z.string()).describe('why it is rejected or not measured'),
  remarks: z.array(z.string()).describe('what was noticed and does not decide'),
})

export const SOAK_CERTIFICATE_VERSION = 1

export const soakBodySchema = z.strictObject({
  joulemarkSoak: z
    .literal(SOAK_CERTIFICATE_VERSION)
    .describe('type and version, so that its signature is valid for nothing else'),
  tool: z.strictObject({ name: z.literal('joulemark'), version: z.string(), commit: z.string().nullable() }),
  source: z.enum(['live', 'simulated']),
  hostname: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  askedHours: z.number().positive().describe('hours of load per card'),
  sessions: z.int().positive().describe('1, and one more for each time that it was resumed'),
  load: z.strictObject({
    scenario: z.string(),
    sha256: z.string(),
    concurrency: z.int().nullable(),
    roundSeconds: z.number(),
  }),
  stoppedEarly: z.string().nullable().describe('the fault that ended it, or the interrupt; null if it ran to its end'),
  verdict: verdictSchema,
  wouldBe,
  cards: z.array(soakCardSchema).min(1),
  records: z
    .array(z.strictObject({ id: z.string(), card: z.string(), manifestSha256: z.string().nullable() }))
    .describe('the records of all rounds, with the digest that verify prints'),
})

/** The certificate with its signature, where there is a key. */
export const soakCertificateSchema = soakBodySchema.extend({ signature: signatureSchema.optional() })
export type SoakBody = z.infer<typeof soakBodySchema>
export type SoakCertificate = z.infer<typeof soakCertificateSchema>
export type SoakCard = SoakBody['cards'][number]
export type SoakVerdict = SoakBody['verdict']
