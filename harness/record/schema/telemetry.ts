import { z } from 'zod'
import { measuredSchema, missingSchema } from '../measured.ts'

/** The cards in the record: observations besides their samples, and values computed from the CSV files. */

const nullableNumber = z.number().nullable()
const nullableString = z.string().nullable()
const atMs = z.number()
const message = z.string()

/** Events of the sampling; times on the run's clock. */
const samplerEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lost'), atMs, reason: z.string(), message }),
  z.object({ kind: z.literal('gap'), fromMs: z.number(), toMs: z.number(), reason: z.string(), message }),
  z.object({ kind: z.literal('clock-step'), atMs, stepMs: z.number(), message }),
  z.object({ kind: z.literal('device-line'), atMs, text: z.string(), message }),
  z.object({ kind: z.literal('sick-value'), atMs, uuid: z.string(), field: z.string(), text: z.string(), message }),
  z.object({ kind: z.literal('malformed'), atMs, text: z.string(), message }),
  z.object({ kind: z.literal('gave-up'), atMs, reason: z.string(), message }),
])

/** What made the time of a run uneven, seen on the clocks of the machine; with a card or without. */
export const interruptionSchema = z.object({
  kind: z.enum(['suspended', 'stopped', 'clock-step']).describe('the machine, this process, the wall clock'),
  atMs: atMs.describe('when it was over, on the clock of the run'),
  byMs: z.number().describe('how long it lasted, or how far the wall clock moved'),
  message,
})

const samplerSchema = z.object({
  fields: z.array(z.string()).describe('columns queried, by the field names of nvidia-smi'),
  missingFields: z.array(z.string()).describe('columns that this driver does not support'),
  intervalMs: z.number(),
  rows: z.int().nonnegative(),
  restarts: z.int().nonnegative(),
  events: z.array(samplerEventSchema),
  gaveUp: nullableString.describe('why sampling ended early'),
})

const cardHealthSchema = z.object({
  uuid: z.string(),
  throttleUs: z
    .record(z.string(), z.number())
    .nullable()
    .describe('time with reduced clocks since the driver was loaded'),
  eccMode: nullableString,
  eccCorrected: nullableNumber,
  eccUncorrected: nullableNumber,
  remapPending: z.boolean().nullable(),
  remapFailure: z.boolean().nullable(),
  retirementPending: z.boolean().nullable(),
  recoveryAction: nullableString,
  enforcedLimitW: nullableNumber,
  defaultLimitW: nullableNumber,
  migMode: nullableString.optional(),
  sick: z
    .array(z.object({ field: z.string(), text: z.string() }))
    .optional()
    .describe('fields whose text means a fault of the card, such as [GPU requires reset]'),
})

/** The cards and their processes at one moment: an observation that the CSV files do not hold. */
const cardsSnapshotSchema = z.object({
  atMs,
  health: z.array(cardHealthSchema),
  healthReason: z.string().optional().describe('why `health` is empty'),
  processes: z
    .array(z.object({ uuid: z.string(), pid: z.int(), name: z.string(), usedMiB: nullableNumber }))
    .nullable(),
  processesReason: z.string().optional(),
  warnings: z.array(z.string()).optional().describe('messages of nvidia-smi besides its rows'),
})

/** Load of one card in the window of a trial and while idle; from gpu.csv. */
const cardLoadSchema = z.object({
  uuid: z.string(),
  coverage: z.number().describe('share of the window that samples cover, whatever their values'),
  meanPowerW: nullableNumber.describe('power.draw, or power.draw.instant without it'),
  meanInstantW: nullableNumber.describe('power.draw.instant, where power.draw is reported too'),
  readings: z.int().nonnegative().describe('power readings in the window'),
  dropped: z.int().nonnegative().describe('those that no card can have: 0 W and less, or above gpus[].powerCeilingW'),
  droppedW: nullableNumber.describe('the highest of the dropped ones'),
  restPowerW: nullableNumber.describe('lowest power outside of all trials with the GPU idle'),
  utilizationPct: nullableNumber.describe('mean in the window'),
  restUtilizationPct: nullableNumber.describe('lowest outside of all trials'),
  peakMemoryMiB: nullableNumber,
})

const driftSchema = z.object({ first: z.number(), last: z.number() }).nullable()

/** State of the serving cards in the window of one trial; from gpu.csv. */
const cardWindowSchema = z.object({
  trial: z.int().nonnegative(),
  samples: z.int().nonnegative(),
  reasonShares: z
    .object({
      swPowerCap: z.number(),
      hwSlowdown: z.number(),
      swThermalSlowdown: z.number(),
      hwThermalSlowdown: z.number(),
      hwPowerBrakeSlowdown: z.number(),
    })
    .nullable()
    .describe('share of the samples in which a clock event reason was active'),
  smClockMHz: driftSchema.describe('medians of the first and the last third, of the card that drifted most'),
  temperatureC: driftSchema,
  maxTemperatureC: nullableNumber,
  memClockMHz: nullableNumber.describe('median of the slowest card'),
  cards: z.array(cardLoadSchema).optional().describe('absent in early records'),
})

/** Second opinions on the energy of one trial, and the state of the cards in it; from gpu.csv and counter.csv. */
export const cardTrialSchema = z.object({
  trial: z.int().nonnegative(),
  window: z.union([cardWindowSchema, missingSchema]),
  counterEnergyJ: measuredSchema.describe('NVML energy counter over the steady window'),
  counterApart: measuredSchema.describe('energyJ of the trial / counterEnergyJ - 1'),
  instantEnergyJ: measuredSchema
    .optional()
    .describe('power.draw.instant over the steady window; absent in early records'),
  instantApart: measuredSchema.optional().describe('energyJ of the trial / instantEnergyJ - 1'),
  netEnergyJ: measuredSchema.describe('energyJ - active idle over the window'),
  netTokensPerJ: measuredSchema,
  paddedEnergyJ: measuredSchema.describe(
    'whole load with idle padding on both sides - the padding: free of sensor lag',
  ),
  paddedApart: measuredSchema.describe('trapezoid over the whole load / paddedEnergyJ - 1'),
  quietBeforeW: measuredSchema,
  quietAfterW: measuredSchema,
})

/** Active idle: server up, weights loaded, no requests; from gpu.csv over the span. */
export const idleSchema = z.object({
  startMs: nullableNumber,
  endMs: nullableNumber,
  powerW: nullableNumber.describe('summed over the serving GPUs'),
  pstates: z.array(z.string()),
  reason: z.string().optional().describe('why `powerW` is null'),
})

export const telemetrySchema = z.object({
  sampler: samplerSchema.nullable(),
  samplerReason: z.string().optional(),
  before: cardsSnapshotSchema,
  after: cardsSnapshotSchema,
  counter: z
    .object({ state: z.string(), reason: z.string().optional() })
    .describe('NVML energy counter: ok, or its final state'),
  xids: z
    .array(z.object({ uuid: nullableString, code: z.int() }))
    .nullable()
    .optional()
    .describe('Xid errors that the kernel logged during the run; null if its log cannot be read'),
  idle: idleSchema,
  trials: z.array(cardTrialSchema),
})

/** One cool-down of the serving cards before a trial, if the scenario requires it; times on the run's clock. */
export const coolDownSchema = z.object({
  beforeTrial: z.int().positive().describe('index of the trial after the wait'),
  startMs: z.number(),
  endMs: z.number(),
  outcome: z.enum(['reached', 'timed-out', 'temperature-unknown', 'interrupted']),
  fromAboveC: nullableNumber.describe(
    'largest rise of a card above its temperature at the start of the first trial, in °C, at the start of the wait',
  ),
  toAboveC: nullableNumber.describe('the same at the end of the wait'),
  finding: z.string().optional().describe('a finding: the card was still too warm, or its temperature unknown'),
})

/** Settings of cards and driver that affect results; the host is in `host`. */
export const fingerprintSchema = z.object({
  driver: z.object({
    version: nullableString,
    kernelModule: nullableString,
    nvml: nullableString,
    cuda: nullableString,
    fieldsSha256: nullableString.describe('of the field names that this driver lists'),
  }),
  cards: z.array(z.record(z.string(), nullableString)).describe('by the field names of nvidia-smi'),
  containerImage: nullableString,
  driverStateSha256: z.string().describe('over settings that a driver upgrade, a reboot or a user may change'),
})

export type Interruption = z.infer<typeof interruptionSchema>
export type GpuTelemetry = z.infer<typeof telemetrySchema>
export type CardsSnapshot = z.infer<typeof cardsSnapshotSchema>
export type CardTrial = z.infer<typeof cardTrialSchema>
export type CoolDown = z.infer<typeof coolDownSchema>
export type ActiveIdleSpan = z.infer<typeof idleSchema>
export type BoxFingerprint = z.infer<typeof fingerprintSchema>
