import { z } from 'zod'
import { describedModelSchema } from '../../catalogue/model-schema.ts'
import { cardEntrySchema } from '../../catalogue/own/card-entry.ts'
import { scenarioSchema } from '../../scenario/schema.ts'
import { boxPartSchema } from './box.ts'
import { cardProbeSchema } from './card-probe.ts'
import { certificateSchema } from './certificate.ts'
import { endpointSchema } from './endpoint.ts'
import { primingSchema, serverStartSchema } from './server.ts'
import { settingSchema } from './setting.ts'
import { coolDownSchema, fingerprintSchema, interruptionSchema, telemetrySchema } from './telemetry.ts'
import { trialSchema } from './trial.ts'
import { wallSchema } from './wall.ts'

/** The run record, schema version 2: the only interface between measuring and reporting. `upgrade.ts` reads version 1. */
export const SCHEMA_VERSION = 2

const nullableNumber = z.number().nullable()

/** A headline metric over the trials: mean, 95 % t-interval of the trial means (null for fewer than 2 trials), number of trials. */
export const metricResultSchema = z.union([
  z.object({
    mean: z.number(),
    ci95: z.tuple([z.number(), z.number()]).nullable(),
    n: z.int().nonnegative(),
    effectiveN: z.number().positive().optional().describe('independent trials that would leave the same uncertainty'),
    unit: z.string(),
  }),
  z.object({
    mean: z.null(),
    ci95: z.null(),
    n: z.int().nonnegative(),
    unit: z.string(),
    reason: z.string().describe('why there is no mean'),
  }),
])

/** First against last third of a trial, or first against last trial; null with a reason if it cannot be computed. */
export const driftCheckSchema = z.object({
  changeShare: nullableNumber.describe('tokens/s of the last part / tokens/s of the first part - 1'),
  p: nullableNumber.describe('p of no change, not adjusted for the number of trials'),
  drifts: z.boolean(),
  reason: z.string().optional(),
})

/** Drift of a run: within each trial, over the trials, and its cold-start and sustained throughput. */
export const driftSchema = z.object({
  trials: z.array(
    driftCheckSchema.extend({
      index: z.int().nonnegative(),
      firstTokensPerS: nullableNumber,
      lastTokensPerS: nullableNumber,
      detectableShare: z
        .number()
        .optional()
        .describe(
          'the change that the test finds in 80 of 100 cases; absent where nothing is testable, and in older records',
        ),
    }),
  ),
  trend: driftCheckSchema,
  coldBurstTokensPerS: nullableNumber.describe('first third of the first trial, right after the warm-up'),
  soakedTokensPerS: nullableNumber.describe('last third of the last trial'),
  findings: z.array(z.string()),
})

/** A training command and the settings of its `config` line, without which steps/s cannot be compared. */
export const trainingJobSchema = z.object({
  command: z.array(z.string()),
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/** A run whose result is that memory ran out. */
const oomSchema = z.object({
  reason: z
    .string()
    .optional()
    .describe(
      'why the model does not fit, in one line; absent where the server ran out of memory, and in older records',
    ),
  evidence: z.string().describe('the bytes, or the message of the server'),
})

/** Lower-case hexadecimal only, so that every changed bit is detected. */
const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `expected ${bytes} bytes in hex`)

/** Ed25519 over the bytes of the manifest. It proves that nothing changed; only a pinned key proves who signed. */
export const signatureSchema = z.strictObject({
  algorithm: z.literal('Ed25519'),
  publicKey: hex(32),
  value: hex(64),
})

/** The signature of the redacted copy, made at the end of the run, when the key is available. */
const redactedCopySchema = z.strictObject({
  manifestSha256: hex(32),
  signature: signatureSchema,
})

/** The place of a record among those that its key signed on one machine, and the record before it: key-chain.ts. */
export const chainLinkSchema = z.strictObject({
  id: hex(8).describe('random, from the first record of the chain: a key has a chain on each machine'),
  place: z.int().positive(),
  previous: hex(32).nullable().describe('digest of the record before it, whole and not redacted; null for the first'),
})

const gateStatuses = ['pass', 'warn', 'fail', 'not-measured'] as const
export const gateSchema = z.object({
  id: z.string(),
  status: z.enum(gateStatuses),
  /** True for gates that must be measured for a run to be quotable. */
  required: z.boolean(),
  /** One sentence with the numbers that were compared. */
  evidence: z.string(),
})

export const gpuSchema = z.object({
  index: z.int().nullable(),
  uuid: z.string(),
  name: z.string(),
  driver: z.string().nullable(),
  vbios: z.string().nullable(),
  powerLimitW: nullableNumber,
  powerDefaultLimitW: nullableNumber,
  powerMaxLimitW: nullableNumber.optional(),
  powerCeilingW: nullableNumber.optional().describe('power samples above are dropped; null if no limit is known'),
  virtualization: z.string().nullable().optional().describe('None, Pass-Through, VGPU or Host VGPU'),
  memoryTotalMiB: nullableNumber,
  memoryReservedMiB: nullableNumber,
  eccMode: z.string().nullable(),
  persistenceMode: z.string().nullable(),
  pcie: z.object({
    genCurrent: nullableNumber,
    genMax: nullableNumber,
    widthCurrent: nullableNumber,
    widthMax: nullableNumber,
  }),
  maxSmClockMHz: nullableNumber,
  maxMemClockMHz: nullableNumber,
  /** Whether this GPU served the model; only serving GPUs count in energy. */
  serving: z.boolean(),
})

/** The process that writes a record: its id alone is given to later processes too. */
export const processMarkSchema = z.object({
  pid: z.int().positive(),
  startTicks: z.int().nonnegative().nullable().describe('start of the process in clock ticks since the boot'),
  bootId: z.string().nullable().describe('id of this start of the machine; null where the system has none'),
  pidNamespace: z.string().nullable().describe('process ids mean something else in another container'),
})

export const runRecordSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string(),
  status: z.enum(['running', 'complete', 'interrupted', 'failed']),
  /** `simulated` if any part was. */
  source: z.enum(['live', 'simulated']),
  /** One line per simulated part. */
  sourceEvidence: z.array(z.string()),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  clock: z.object({ originMs: z.number().describe('milliseconds since the Unix epoch at time 0 of the CSV files') }),
  tool: z.object({
    name: z.literal('joulemark'),
    version: z.string(),
    commit: z.string().nullable(),
    node: z.string(),
  }),
  scenario: scenarioSchema,
  scenarioSha256: z.string(),
  quick: z
    .literal(true)
    .optional()
    .describe('trials and requests are shorter than the scenario file asks for (--quick, simulated only)'),
  model: describedModelSchema
    .optional()
    .describe('the model, where the catalogue of this version does not have it; absent for one of its own'),
  card: z.object({
    key: z.string().nullable(),
    name: z.string().nullable(),
    claimed: z.string().optional().describe('card or group that the user named'),
    reason: z.string().optional(),
    description: cardEntrySchema
      .optional()
      .describe('what is known of a card that is not in the bundled catalogue; absent fields are unknown'),
  }),
  host: z.object({
    hostname: z.string(),
    kernel: z.string(),
    cpu: z.string(),
    cpuCount: z.int(),
    memoryGiB: z.number(),
  }),
  process: processMarkSchema.optional().describe('the process that writes the record; absent once the run has ended'),
  gpus: z.array(gpuSchema),
  gpusReason: z.string().optional().describe('why `gpus` is empty'),
  endpoint: endpointSchema,
  certificate: certificateSchema.nullable().describe('null: the client was not calibrated (--skip-calibration)'),
  metricDefinitions: z
    .int()
    .positive()
    .optional()
    .describe('version of the definitions by which values were computed (definitions.ts); absent: 1'),
  trials: z.array(trialSchema),
  converged: z.boolean().nullable(),
  result: z.record(z.string(), metricResultSchema),
  gates: z.array(gateSchema),
  quotable: z.boolean(),
  trialBounds: z
    .object({
      fewest: z.int().positive(),
      most: z.int().positive(),
      effectiveTrials: z
        .literal(true)
        .optional()
        .describe('intervals count correlated trials by their effective number; absent in records from before that'),
    })
    .optional()
    .describe('bounds on the number of trials: beyond `fewest` the intervals are widened for sequential stopping'),
  priming: primingSchema.optional().describe('absent if the scenario asks for no hit rate of the prefix cache'),
  drift: driftSchema.optional(),
  coolDowns: z.array(coolDownSchema).optional().describe('absent if the scenario requires none'),
  serverStart: serverStartSchema.optional().describe('absent if the server was already running'),
  cardProbe: cardProbeSchema
    .optional()
    .describe('what the cards did alone, before the server was started; absent if they were not measured alone'),
  box: boxPartSchema.optional().describe('absent if `box` did not measure it, and in older records'),
  setting: settingSchema
    .optional()
    .describe('power limit and clock that were set on purpose, and the place in the order; absent: as the cards were'),
  telemetry: telemetrySchema.optional().describe('absent if no card was watched'),
  wall: wallSchema.optional().describe('power of CPUs and server; absent with --wall off, and in older records'),
  interruptions: z
    .array(interruptionSchema)
    .optional()
    .describe('suspensions, stops and clock steps during the run; absent if none was seen'),
  fingerprint: fingerprintSchema.optional().describe('absent if no card could be read'),
  oom: oomSchema.optional().describe('memory ran out, which is the result of the run; `result` is empty'),
  training: trainingJobSchema.optional(),
  failure: z.string().optional(),
  files: z.record(z.string(), z.object({ sha256: z.string(), rows: z.int().nonnegative() })),
  redacted: z.literal(true).optional().describe('a copy without names, addresses and serial numbers, values unchanged'),
  chain: chainLinkSchema
    .optional()
    .describe('absent if unsigned, if the chain of the key could not be written, and before it existed'),
  redactedCopy: redactedCopySchema.optional(),
  manifestSha256: z.string().optional().describe('digest of the manifest of this record and its files: manifest.ts'),
  signature: signatureSchema.optional(),
})

export type MetricResult = z.infer<typeof metricResultSchema>
export type DriftCheck = z.infer<typeof driftCheckSchema>
export type Drift = z.infer<typeof driftSchema>
export type TrainingJob = z.infer<typeof trainingJobSchema>
export type ProcessMark = z.infer<typeof processMarkSchema>
export type Signature = z.infer<typeof signatureSchema>
export type ChainLink = z.infer<typeof chainLinkSchema>
export type Gate = z.infer<typeof gateSchema>
export type Gpu = z.infer<typeof gpuSchema>
export type RunRecord = z.infer<typeof runRecordSchema>
