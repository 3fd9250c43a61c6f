import { z } from 'zod'
import { measuredSchema, missingSchema } from '../measured.ts'

/** The cards in the record: observations besides their samples, and values computed from the CSV files. */

const nullableNumber = z.number().nullable()
const nullableString = z.string().nullable()
const atMs = z.number().describe('time on the clock of the run')
const message = z.string().describe('what happened, in one line')
const why = z.string().describe('why')
const seen = z.string().describe('what nvidia-smi printed')

/** Events of the sampling; times on the run's clock. */
const samplerEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lost').describe('no samples from here on'), atMs, reason: why, message }),
  z.object({
    kind: z.literal('gap').describe('no samples for a while'),
    fromMs: z.number().describe('start of the gap, on the clock of the run'),
    toMs: z.number().describe('end of the gap'),
    reason: why,
    message,
  }),
  z.object({
    kind: z.literal('clock-step').describe('the wall clock was moved'),
    atMs,
    stepMs: z.number().describe('by how much; above 0 is forward'),
    message,
  }),
  z.object({ kind: z.literal('device-line').describe('an ECC or Xid line'), atMs, text: seen, message }),
  z.object({
    kind: z.literal('sick-value').describe('a value that means a faulty card'),
    atMs,
    uuid: z.string().describe('of which GPU'),
    field: z.string().describe('which column'),
    text: seen,
    message,
  }),
  z.object({ kind: z.literal('malformed').describe('a line that is no row'), atMs, text: seen, message }),
  z.object({ kind: z.literal('gave-up').describe('sampling ended before the run'), atMs, reason: why, message }),
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
  intervalMs: z.number().describe('requested interval between two samples'),
  rows: z.int().nonnegative().describe('rows that were read'),
  restarts: z.int().nonnegative().describe('how often nvidia-smi was started again'),
  events: z.array(samplerEventSchema).describe('what happened while sampling, the first thousand'),
  gaveUp: nullableString.describe('why sampling ended early; null if it did not'),
})

const cardHealthSchema = z.object({
  uuid: z.string().describe('of which GPU'),
  throttleUs: z
    .record(z.string(), z.number().describe('microseconds for this reason'))
    .nullable()
    .describe('time with reduced clocks since the driver was loaded, by reason; null if the driver does not count it'),
  eccMode: nullableString.describe('Enabled or Disabled; null if not reported'),
  eccCorrected: nullableNumber.describe('memory errors corrected since the driver was loaded; null unless ECC is on'),
  eccUncorrected: nullableNumber.describe('memory errors not corrected since then; null unless ECC is on'),
  remapPending: z.boolean().nullable().describe('a memory row is replaced at the next reset; null if not reported'),
  remapFailure: z.boolean().nullable().describe('a memory row could not be replaced; null if not reported'),
  retirementPending: z
    .boolean()
    .nullable()
    .describe('a memory page is retired at the next reset; null if not reported'),
  recoveryAction: nullableString.describe('what the driver asks for, such as Reset or Reboot; None if nothing'),
  enforcedLimitW: nullableNumber.describe('power limit that holds; null if not reported'),
  defaultLimitW: nullableNumber.describe('default power limit of the card; null if not reported'),
  migMode: nullableString.optional().describe('Enabled or Disabled; null if not reported, absent in early records'),
  sick: z
    .array(z.object({ field: z.string().describe('which field of nvidia-smi'), text: seen }))
    .optional()
    .describe('fields whose text means a fault of the card, such as [GPU requires reset]'),
})

/** The cards and their processes at one moment: an observation that the CSV files do not hold. */
const cardsSnapshotSchema = z.object({
  atMs,
  health: z.array(cardHealthSchema).describe('health of each GPU; empty with `healthReason`'),
  healthReason: z.string().optional().describe('why `health` is empty'),
  processes: z
    .array(
      z.object({
        uuid: z.string().describe('on which GPU'),
        pid: z.int().describe('id of the process'),
        name: z.string().describe('name of the process'),
        usedMiB: nullableNumber.describe('memory of the card that it holds; null if not reported'),
      }),
    )
    .nullable()
    .describe('processes that compute on the GPUs; null with `processesReason`'),
  processesReason: z.string().optional().describe('why `processes` is null'),
  warnings: z.array(z.string()).optional().describe('messages of nvidia-smi besides its rows'),
})

/** Load of one card in the window of a trial and while idle; from gpu.csv. */
const cardLoadSchema = z.object({
  uuid: z.string().describe('of which GPU'),
  coverage: z.number().describe('share of the window that samples cover, whatever their values'),
  meanPowerW: nullableNumber.describe('power.draw, or power.draw.instant without it'),
  meanInstantW: nullableNumber.describe('power.draw.instant, where power.draw is reported too'),
  readings: z.int().nonnegative().describe('power readings in the window'),
  dropped: z.int().nonnegative().describe('those that no card can have: 0 W and less, or above gpus[].powerCeilingW'),
  droppedW: nullableNumber.describe('the highest of the dropped ones'),
  restPowerW: nullableNumber.describe('lowest power outside of all trials with the GPU idle'),
  utilizationPct: nullableNumber.describe('mean in the window'),
  restUtilizationPct: nullableNumber.describe('lowest outside of all trials'),
  peakMemoryMiB: nullableNumber.describe('most memory in use in the window'),
})

const driftSchema = z
  .object({
    first: z.number().describe('median of the first third of the window'),
    last: z.number().describe('median of the last third of the window'),
  })
  .nullable()

/** State of the serving cards in the window of one trial; from gpu.csv. */
const cardWindowSchema = z.object({
  trial: z.int().nonnegative().describe('index of the trial'),
  samples: z.int().nonnegative().describe('samples in its window, of all serving GPUs'),
  reasonShares: z
    .object({
      swPowerCap: z.number().describe('the power limit: normal under load'),
      hwSlowdown: z.number().describe('any slowdown by the hardware'),
      swThermalSlowdown: z.number().describe('temperature, by the driver'),
      hwThermalSlowdown: z.number().describe('temperature, by the hardware'),
      hwPowerBrakeSlowdown: z.number().describe('the power brake signal of the chassis'),
    })
    .nullable()
    .describe('share of the samples with each reason for reduced clocks; null if the driver reports none'),
  smClockMHz: driftSchema.describe('SM clock of the card whose clock changed most; null without readings'),
  temperatureC: driftSchema.describe('temperature of the card whose temperature changed most; null without readings'),
  maxTemperatureC: nullableNumber.describe('highest temperature of a card; null if not reported'),
  memClockMHz: nullableNumber.describe('median memory clock of the slowest card; null if not reported'),
  cards: z.array(cardLoadSchema).optional().describe('absent in early records'),
})

/** Second opinions on the energy of one trial, and the state of the cards in it; from gpu.csv and counter.csv. */
export const cardTrialSchema = z.object({
  trial: z.int().nonnegative().describe('index of the trial'),
  window: z.union([cardWindowSchema, missingSchema]).describe('state of the serving GPUs in the steady window'),
  counterEnergyJ: measuredSchema.describe('NVML energy counter over the steady window'),
  counterApart: measuredSchema.describe('energyJ of the trial / counterEnergyJ - 1'),
  instantEnergyJ: measuredSchema
    .optional()
    .describe('power.draw.instant over the steady window; absent in early records'),
  instantApart: measuredSchema.optional().describe('energyJ of the trial / instantEnergyJ - 1'),
  netEnergyJ: measuredSchema.describe('energyJ - active idle over the window'),
  netTokensPerJ: measuredSchema.describe('output tokens of the window / netEnergyJ'),
  paddedEnergyJ: measuredSchema.describe(
    'whole load with idle padding on both sides - the padding: free of sensor lag',
  ),
  paddedApart: measuredSchema.describe('trapezoid over the whole load / paddedEnergyJ - 1'),
  quietBeforeW: measuredSchema.describe('mean power in the padding before the load'),
  quietAfterW: measuredSchema.describe('mean power in the padding after the load'),
})

/** Active idle: server up, weights loaded, no requests; from gpu.csv over the span. */
export const idleSchema = z.object({
  startMs: nullableNumber.describe('start of the idle period, on the clock of the run; null if there was none'),
  endMs: nullableNumber.describe('end of the idle period; null if there was none'),
  powerW: nullableNumber.describe('mean power, summed over the serving GPUs; null with a reason'),
  pstates: z.array(z.string()).describe('performance states of the GPUs in it, such as P8'),
  reason: z.string().optional().describe('why `powerW` is null'),
})

export const telemetrySchema = z.object({
  sampler: samplerSchema.nullable().describe('the loop of nvidia-smi that sampled the GPUs; null with a reason'),
  samplerReason: z.string().optional().describe('why `sampler` is null'),
  before: cardsSnapshotSchema.describe('the GPUs before the load'),
  after: cardsSnapshotSchema.describe('the GPUs after the load'),
  counter: z
    .object({
      state: z.string().describe('ok, or why there are no more readings, such as not-supported or counter-reset'),
      reason: z.string().optional().describe('the same in words; with ok the GPUs that have no counter, if any'),
    })
    .describe('the energy counter of NVML'),
  xids: z
    .array(
      z.object({
        uuid: nullableString.describe('of which GPU; null if its address is not known'),
        code: z.int().describe('number of the error'),
      }),
    )
    .nullable()
    .optional()
    .describe('Xid errors that the kernel logged during the run; null if its log cannot be read'),
  idle: idleSchema.describe('the idle period before the load'),
  trials: z.array(cardTrialSchema).describe('energy by other sources and state of the GPUs, per trial'),
})

/** One cool-down of the serving cards before a trial, if the scenario requires it; times on the run's clock. */
export const coolDownSchema = z.object({
  beforeTrial: z.int().positive().describe('index of the trial after the wait'),
  startMs: z.number().describe('start of the wait'),
  endMs: z.number().describe('end of the wait'),
  outcome: z
    .enum(['reached', 'timed-out', 'temperature-unknown', 'interrupted'])
    .describe('how it ended; reached: the cards were as cool as asked'),
  fromAboveC: nullableNumber.describe(
    'largest rise of a card above its temperature at the start of the first trial, in °C, at the start of the wait',
  ),
  toAboveC: nullableNumber.describe('the same at the end of the wait'),
  finding: z.string().optional().describe('a finding: the card was still too warm, or its temperature unknown'),
})

/** Settings of cards and driver that affect results; the host is in `host`. */
export const fingerprintSchema = z.object({
  driver: z
    .object({
      version: nullableString.describe('version of the driver'),
      kernelModule: nullableString.describe('version of the loaded kernel module'),
      nvml: nullableString.describe('version of NVML'),
      cuda: nullableString.describe('highest version of CUDA that the driver supports'),
      fieldsSha256: nullableString.describe('SHA-256 of the field names that nvidia-smi lists'),
    })
    .describe('the driver; what is not reported is null'),
  cards: z
    .array(z.record(z.string(), nullableString.describe('text of this field; null if not reported')))
    .describe('settings of each GPU, by the field names of nvidia-smi'),
  containerImage: nullableString.describe(
    'null: the image is in `serverStart.image`, where joulemark started the server',
  ),
  driverStateSha256: z
    .string()
    .describe('SHA-256 over the settings that a driver upgrade, a reboot or a user may change'),
})

export type Interruption = z.infer<typeof interruptionSchema>
export type GpuTelemetry = z.infer<typeof telemetrySchema>
export type CardsSnapshot = z.infer<typeof cardsSnapshotSchema>
export type CardTrial = z.infer<typeof cardTrialSchema>
export type CoolDown = z.infer<typeof coolDownSchema>
export type ActiveIdleSpan = z.infer<typeof idleSchema>
export type BoxFingerprint = z.infer<typeof fingerprintSchema>
