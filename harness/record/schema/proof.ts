import { z } from 'zod'
import { measuredSchema } from '../measured.ts'
import { metricResultSchema } from './result.ts'
import { signatureSchema } from './signature.ts'

/** The proof of a machine: what joulemark claims of its own measurements, and what was proved of it there. */

export const proofStepIds = [
  'doctor',
  'python',
  'sensor',
  'server',
  'closed-1',
  'closed-8',
  'closed-32',
  'open',
  'training',
  'verify',
] as const
export type ProofStepId = (typeof proofStepIds)[number]

const nullableNumber = z.number().nullable()
const share = z.number().describe('a share: 0.05 is 5 %')

const stepSchema = z.strictObject({
  id: z.enum(proofStepIds),
  status: z.enum(['done', 'failed', 'skipped', 'interrupted']),
  seconds: z.number().nonnegative(),
  note: z.string().describe('what it found, or why it has no result; one line'),
})

export const proofPhases = ['idle', 'steady', 'square'] as const
export type ProofPhaseId = (typeof proofPhases)[number]

const phaseSchema = z.strictObject({
  id: z.enum(proofPhases),
  seconds: z.number(),
  meanPowerW: nullableNumber,
  maxPowerW: nullableNumber.describe('highest reading of power.draw'),
  trapezoidJ: nullableNumber,
  counterJ: nullableNumber,
  differenceShare: share.nullable().describe('trapezoid / counter - 1'),
  reason: z.string().optional().describe('why differenceShare is null'),
})

const sensorSchema = z.strictObject({
  samples: z.int().nonnegative(),
  sampleIntervalMs: nullableNumber.describe('median interval between two samples, as achieved'),
  updateMs: nullableNumber.describe('typical time between two changes of power.draw'),
  instantUpdateMs: nullableNumber.describe('the same of power.draw.instant'),
  window: z
    .strictObject({
      windowMs: z.number().describe('a reading is the mean of the power over this long'),
      delayMs: z.number().describe('from the end of that window to the time of the reading'),
      lowW: z.number(),
      highW: z.number(),
      residualShare: share.describe('what the fit does not explain, of the step (root mean square)'),
      readings: z.int(),
    })
    .nullable()
    .describe('least squares over the edges of the switched load'),
  windowReason: z.string().optional().describe('why there is no window'),
  instantToMeanShare: share.nullable().describe('power.draw.instant / power.draw - 1, under the steady load'),
  phases: z.array(phaseSchema),
  counterReason: z.string().optional().describe('why the energy counter was not read'),
  switched: z
    .array(z.tuple([z.number(), z.number(), z.number()]))
    .describe('the first periods of the switched load: ms since its first edge, W as read, W as the fit has it'),
})

const runSchema = z.strictObject({
  step: z.enum(proofStepIds),
  id: z.string().describe('folder of the record'),
  title: z.string(),
  status: z.enum(['running', 'complete', 'interrupted', 'failed']),
  manifestSha256: z.string().nullable(),
  problems: z.array(z.string()).nullable().describe('what verify found; empty if nothing; null if it was not verified'),
  figures: z.record(z.string(), metricResultSchema),
  limitShare: share
    .nullable()
    .describe(
      'throughput / physical limit of the run; null under a fixed demand, whose throughput is what was asked for',
    ),
  gates: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(['pass', 'warn', 'fail', 'not-measured']),
      evidence: z.string(),
    }),
  ),
})

export const claimStatuses = ['proved', 'not-proved', 'contradicted'] as const
export type ClaimStatus = (typeof claimStatuses)[number]

const claimSchema = z.strictObject({
  id: z.string(),
  claim: z.string().describe('what is claimed, one sentence'),
  about: z.enum(['card', 'harness']).describe('claims about the card are proved by a real card only'),
  status: z.enum(claimStatuses),
  wouldBe: z.enum(claimStatuses).nullable().describe('what a real card with this evidence would give; null if live'),
  evidence: z.array(z.string()).min(1),
  shownBy: z.array(z.string()).describe('records and files that show it'),
})

export const PROOF_VERSION = 1

export const proofBodySchema = z.strictObject({
  joulemarkProof: z
    .literal(PROOF_VERSION)
    .describe('type and version, so that its signature is valid for nothing else'),
  tool: z.strictObject({ name: z.literal('joulemark'), version: z.string(), commit: z.string().nullable() }),
  source: z.enum(['live', 'simulated']),
  sourceEvidence: z.array(z.string()).describe('one line per simulated part'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  budgetMinutes: z.number().positive(),
  quick: z.boolean(),
  interrupted: z.boolean(),
  card: z
    .strictObject({
      name: z.string(),
      key: z.string().nullable(),
      driver: z.string().nullable(),
      powerLimitW: nullableNumber,
      memoryTotalMiB: nullableNumber,
    })
    .nullable(),
  python: z
    .strictObject({
      version: z.string().nullable(),
      torch: z.string().nullable(),
      transformers: z.string().nullable(),
      peft: z.string().nullable(),
      device: z.string().nullable().describe('the card as torch names it; null where it sees none'),
    })
    .nullable()
    .describe('null: no program in Python was used'),
  weightsMiB: measuredSchema.describe('what the weights of the served model need'),
  steps: z.array(stepSchema),
  sensor: sensorSchema.nullable(),
  runs: z.array(runSchema),
  claims: z.array(claimSchema).min(1),
  surprises: z.array(z.string()),
  files: z.record(z.string(), z.string()).describe('SHA-256 of the files beside it, by name'),
})

/** The proof with its signature, where there is a key. */
export const proofSchema = proofBodySchema.extend({ signature: signatureSchema.optional() })
export type ProofBody = z.infer<typeof proofBodySchema>
export type Proof = z.infer<typeof proofSchema>
export type Claim = ProofBody['claims'][number]
export type ProofStep = ProofBody['steps'][number]
export type ProofRun = ProofBody['runs'][number]
export type SensorFindings = NonNullable<ProofBody['sensor']>
/** What was found, before anything is claimed of it. */
export type ProofFindings = Omit<ProofBody, 'claims' | 'surprises' | 'files'>
