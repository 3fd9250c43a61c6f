import { z } from 'zod'
import { scenarioSchema } from '../scenario/schema.ts'
import { driftSchema } from './drift-schema.ts'
import { imageFiguresSchema, oomSchema, trainingFiguresSchema, trainingJobSchema } from './job-schema.ts'
import { clientTokensSchema, serverStartSchema, serverTrialSchema, servingSchema } from './server-schema.ts'
import { redactedCopySchema, signatureSchema } from './signature-schema.ts'
import { coolDownSchema, fingerprintSchema, telemetrySchema } from './telemetry-schema.ts'

/** The run record, schema version 1: the only bridge between measuring and reporting. */
export const SCHEMA_VERSION = 1

const nullableNumber = z.number().nullable()

/** Linear-interpolation percentiles with n beside them; p99 is null under 100 samples. */
export const percentilesSchema = z.object({
  p50: nullableNumber,
  p90: nullableNumber,
  p99: nullableNumber,
  mean: nullableNumber,
  max: nullableNumber,
  n: z.int().nonnegative(),
})

/** A headline figure over the trials: mean, 95 % t-interval of the trial means (null under 2 trials), n trials. */
export const figureSchema = z.object({
  mean: nullableNumber,
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  n: z.int().nonnegative(),
  unit: z.string(),
  /** Why `mean` is null; absent when it is not. */
  reason: z.string().optional(),
})

/** One energy figure with the terms of its error bar apart. */
export const energySchema = z.object({
  source: z.enum(['smi-average-trapezoid', 'smi-instant-trapezoid', 'unavailable']),
  coverage: nullableNumber.describe('share of the window covered with no gap over 3 intervals'),
  perGpuJ: z.record(z.string(), z.number()),
  samples: z.int().nonnegative(),
  intervalMs: nullableNumber.describe('median interval between samples, as achieved'),
  shiftMs: z.number().describe('how far each sample was moved back: half the averaging window'),
  errorTermsJ: z.record(z.string(), z.number()).describe('sensorGain, edges, sampling, gaps: one term each, in joules'),
  findings: z.array(z.string()),
})

export const trialSchema = z.object({
  index: z.int().nonnegative(),
  startMs: z.number(),
  sendUntilMs: z.number().describe('no request was sent after this'),
  endMs: z.number(),
  windowStartMs: nullableNumber,
  windowEndMs: nullableNumber,
  requests: z.int().nonnegative(),
  requestsOk: z.int().nonnegative(),
  outcomes: z.record(z.string(), z.int()),
  errorRate: nullableNumber,
  promptTokens: nullableNumber,
  outputTokens: nullableNumber.describe('output tokens that arrived inside the window'),
  outputTokensPerS: nullableNumber,
  wholeTrialOutputTokensPerS: nullableNumber.describe(
    "vLLM's output_throughput: all tokens / first dispatch to last completion",
  ),
  decodeTokensPerS: nullableNumber.describe('1000 / median TPOT: one stream'),
  ttftMs: percentilesSchema,
  ttftFirstChunkMs: percentilesSchema,
  ttftFromScheduleMs: percentilesSchema,
  tpotMs: percentilesSchema,
  chunkGapMs: z
    .object({
      p50: nullableNumber,
      p90: nullableNumber,
      p99: nullableNumber,
      max: nullableNumber,
      n: z.int(),
      errorShare: z.number(),
    })
    .describe("vLLM's ITL, from 1 % buckets: off by at most errorShare"),
  e2eMs: percentilesSchema,
  energyJ: nullableNumber,
  energy: energySchema,
  tokensPerJ: nullableNumber,
  joulesPerOutputToken: nullableNumber,
  joulesPerRequest: nullableNumber,
  meanPowerW: nullableNumber,
  p99PowerW: nullableNumber,
  peakPowerW: nullableNumber,
  peakMemoryMiB: nullableNumber,
  goodputRequestsPerS: nullableNumber,
  sloShare: nullableNumber
    .optional()
    .describe(
      'share of the requests due inside the window, dropped ones included, that kept the SLO, whenever they ended',
    ),
  client: z.object({
    eventLoopDelayP99Ms: nullableNumber,
    cpuShareOfCore: nullableNumber,
    lateSends: z.int().nonnegative(),
    dropped: z.int().nonnegative().describe('open loop: requests that found no free connection'),
    sharedStampShare: nullableNumber.describe('share of events that shared a read, and so a time stamp'),
  }),
  clientTokens: clientTokensSchema.optional().describe('what we counted over the whole trial'),
  server: serverTrialSchema.optional().describe("the server's own counters over the same time"),
  image: imageFiguresSchema.optional().describe('runs of kind image'),
  training: trainingFiguresSchema.optional().describe('runs of kind training'),
  gpuRows: z
    .int()
    .nonnegative()
    .optional()
    .describe('rows of gpu.csv that were there when these figures were made: later ones do not count in them'),
  reasons: z.record(z.string(), z.string()).describe('why a figure of this trial is null, by field'),
})

export const gateStatuses = ['pass', 'warn', 'fail', 'not-measured'] as const
export const gateSchema = z.object({
  id: z.string(),
  status: z.enum(gateStatuses),
  /** True for the gates that must be measured for a result to be quotable. */
  required: z.boolean(),
  /** One sentence with the numbers that were looked at. */
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
  /** Whether this GPU served the model: only these count in energy. */
  serving: z.boolean(),
})

export const endpointSchema = z.object({
  url: z.string(),
  engine: z.string().nullable(),
  version: z.string().nullable(),
  systemFingerprint: z.string().nullable(),
  model: z.string().nullable().describe('the served name that was asked'),
  modelRoot: z.string().nullable(),
  servedModels: z.array(z.string()),
  maxModelLen: nullableNumber,
  serving: servingSchema.optional().describe('how the server serves, as far as it tells'),
})

const spreadSchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() })

/** What the client gets wrong against an exact server on this machine, just before the run. */
export const certificateSchema = z.object({
  streams: z.int(),
  tokensPerSPerStream: z.number().describe('pace of the exact server'),
  ttftErrorMs: spreadSchema,
  gapErrorMs: spreadSchema,
  cpuShareOfCore: z.number(),
  highestTokensPerS: z.number().describe('full speed, up to 64 streams, one worker'),
})

export const runRecordSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string(),
  status: z.enum(['running', 'complete', 'interrupted', 'failed']),
  /** `simulated` as soon as one part was. */
  source: z.enum(['live', 'simulated']),
  /** What said so: one line a part that was simulated. */
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
  card: z.object({
    key: z.string().nullable(),
    name: z.string().nullable(),
    claimed: z.string().optional().describe('card or group that the person named'),
    reason: z.string().optional(),
  }),
  host: z.object({
    hostname: z.string(),
    kernel: z.string(),
    cpu: z.string(),
    cpuCount: z.int(),
    memoryGiB: z.number(),
  }),
  gpus: z.array(gpuSchema),
  gpusReason: z.string().optional().describe('why `gpus` is empty'),
  endpoint: endpointSchema,
  certificate: certificateSchema.nullable().describe('null: the client was not tried (--no-certificate)'),
  trials: z.array(trialSchema),
  converged: z.boolean().nullable(),
  result: z.record(z.string(), figureSchema),
  gates: z.array(gateSchema),
  quotable: z.boolean(),
  trialBounds: z
    .object({ fewest: z.int().positive(), most: z.int().positive() })
    .optional()
    .describe('how many trials the run might have: past `fewest` the intervals are widened for having looked before'),
  drift: driftSchema.optional(),
  coolDowns: z.array(coolDownSchema).optional().describe('absent where the scenario wants none'),
  serverStart: serverStartSchema.optional().describe('absent where the server was running already'),
  telemetry: telemetrySchema.optional().describe('absent where no card was watched'),
  fingerprint: fingerprintSchema.optional().describe('absent where no card could be read'),
  oom: oomSchema.optional().describe('the run failed for memory, which is its result; `result` is empty'),
  training: trainingJobSchema.optional(),
  failure: z.string().optional(),
  files: z.record(z.string(), z.object({ sha256: z.string(), rows: z.int().nonnegative() })),
  redacted: z
    .literal(true)
    .optional()
    .describe('a copy without names, addresses and serial numbers, figures unchanged'),
  redactedCopy: redactedCopySchema.optional(),
  manifestSha256: z.string().optional().describe('digest of the manifest of this record and its files: manifest.ts'),
  signature: signatureSchema.optional(),
})

export type Percentiles = z.infer<typeof percentilesSchema>
export type Figure = z.infer<typeof figureSchema>
export type Energy = z.infer<typeof energySchema>
export type Trial = z.infer<typeof trialSchema>
export type Gate = z.infer<typeof gateSchema>
export type Gpu = z.infer<typeof gpuSchema>
export type Endpoint = z.infer<typeof endpointSchema>
export type RunRecord = z.infer<typeof runRecordSchema>
