import { z } from 'zod'
import { describedModelSchema } from '../../catalogue/model-schema.ts'
import { cardEntrySchema } from '../../catalogue/own/card-entry.ts'
import { scenarioSchema } from '../../scenario/schema.ts'
import { boxPartSchema } from './box.ts'
import { cardProbeSchema } from './card-probe.ts'
import { certificateSchema } from './certificate.ts'
import { endpointSchema } from './endpoint.ts'
import { gpuSchema } from './gpu.ts'
import { hostSchema, processMarkSchema, toolSchema } from './origin.ts'
import { driftSchema, metricResultSchema } from './result.ts'
import { primingSchema, serverStartSchema } from './server.ts'
import { settingSchema } from './setting.ts'
import { chainLinkSchema, redactedCopySchema, signatureSchema } from './signature.ts'
import { coolDownSchema, fingerprintSchema, interruptionSchema, telemetrySchema } from './telemetry.ts'
import { trialSchema } from './trial.ts'
import { wallSchema } from './wall.ts'

/** The run record, schema version 2: the only interface between measuring and reporting. `upgrade.ts` reads version 1. */
export const SCHEMA_VERSION = 2

/** A training command and the settings of its `config` line, without which steps/s cannot be compared. */
export const trainingJobSchema = z.object({
  command: z.array(z.string()).describe('the command and its words'),
  config: z
    .record(
      z.string(),
      z
        .union([z.string(), z.number(), z.boolean(), z.null()])
        .describe('a setting as the command printed it: text, number, true or false, or null'),
    )
    .describe('settings of the `config` line that the command printed; empty until it has printed one'),
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

const gateStatuses = ['pass', 'warn', 'fail', 'not-measured'] as const
export const gateSchema = z.object({
  id: z.string().describe('id of the gate: joulemark explain gate ID says what it means'),
  status: z
    .enum(gateStatuses)
    .describe('fail stops a quote, and so does not-measured of a required gate; warn does not'),
  required: z.boolean().describe('whether it must be measured for a run to be quotable'),
  evidence: z.string().describe('one sentence with the numbers that were compared'),
})

export const runRecordSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION).describe('version of this schema'),
  id: z.string().describe('name of the folder of the run: start in UTC, card, scenario'),
  status: z
    .enum(['running', 'complete', 'interrupted', 'failed'])
    .describe('interrupted: ended by a person or a signal, with the trials so far; failed: see `failure`'),
  source: z.enum(['live', 'simulated']).describe('simulated if any part was'),
  sourceEvidence: z.array(z.string()).describe('one line per simulated part; empty for a live run'),
  startedAt: z.iso.datetime().describe('start of the run, UTC'),
  endedAt: z.iso.datetime().nullable().describe('end of the run, UTC; null while it runs'),
  clock: z
    .object({ originMs: z.number().describe('milliseconds since the Unix epoch at time 0 of the CSV files') })
    .describe('the clock of the run: its times are milliseconds since `originMs`'),
  tool: toolSchema.describe('the program that wrote the record'),
  scenario: scenarioSchema.describe('what was asked of the card, with every default filled in'),
  scenarioSha256: z.string().describe('SHA-256 of `scenario` as canonical JSON: equal for equal questions'),
  quick: z
    .literal(true)
    .optional()
    .describe('trials and requests are shorter than the scenario file asks for (--quick, simulated only)'),
  model: describedModelSchema
    .optional()
    .describe('the model, where the catalogue of this version does not have it; absent for one of its own'),
  card: z.object({
    key: z.string().nullable().describe('key in the catalogue; null with a reason'),
    name: z.string().nullable().describe('name by nvidia-smi; null if no GPU was read'),
    claimed: z.string().optional().describe('card or group that the user named'),
    reason: z.string().optional().describe('why there is no key: no GPU, different cards, or none of the catalogue'),
    description: cardEntrySchema
      .optional()
      .describe('what is known of a card that is not in the bundled catalogue; absent fields are unknown'),
  }),
  host: hostSchema.describe('the machine that ran joulemark'),
  process: processMarkSchema.optional().describe('the process that writes the record; absent once the run has ended'),
  gpus: z.array(gpuSchema).describe('every GPU that nvidia-smi lists, before the run; empty with `gpusReason`'),
  gpusReason: z.string().optional().describe('why `gpus` is empty'),
  endpoint: endpointSchema.describe('the model server, as it was found before the run'),
  certificate: certificateSchema.nullable().describe('null: the client was not calibrated (--skip-calibration)'),
  metricDefinitions: z
    .int()
    .positive()
    .optional()
    .describe('version of the definitions by which values were computed (definitions.ts); absent: 1'),
  trials: z.array(trialSchema).describe('the trials in their order; the warm-up is none'),
  converged: z
    .boolean()
    .nullable()
    .describe('whether the interval of the headline metric is as narrow as asked; null without an interval'),
  result: z
    .record(z.string(), metricResultSchema)
    .describe('every metric over the trials, by its key: joulemark explain metric KEY; empty without a trial'),
  gates: z.array(gateSchema).describe('the checks that make a number quotable; empty until the run has ended'),
  quotable: z.boolean().describe('whether status, gates and precision allow a quote; a signature is needed besides'),
  trialBounds: z
    .object({
      fewest: z.int().positive().describe('trials that are always run'),
      most: z.int().positive().describe('trials after which the run ends however wide its interval is'),
      effectiveTrials: z
        .literal(true)
        .optional()
        .describe('intervals count correlated trials by their effective number; absent in records from before that'),
    })
    .optional()
    .describe('bounds on the number of trials: beyond `fewest` the intervals are widened for sequential stopping'),
  priming: primingSchema.optional().describe('absent if the scenario asks for no hit rate of the prefix cache'),
  drift: driftSchema
    .optional()
    .describe('whether throughput changes within a trial or over the trials; absent if it was not tested'),
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
  training: trainingJobSchema.optional().describe('the training that was run; absent for other kinds'),
  failure: z
    .string()
    .optional()
    .describe('why the run failed, that its time was up, or which trial was cut, in one line; absent if none of them'),
  files: z
    .record(
      z.string(),
      z.object({
        sha256: z.string().describe('SHA-256 of the file, in hex'),
        rows: z.int().nonnegative().describe('its rows, without the header'),
      }),
    )
    .describe('the CSV files beside run.json, by name; empty until the run has ended'),
  redacted: z.literal(true).optional().describe('a copy without names, addresses and serial numbers, values unchanged'),
  chain: chainLinkSchema
    .optional()
    .describe('absent if unsigned, if the chain of the key could not be written, and before it existed'),
  redactedCopy: redactedCopySchema
    .optional()
    .describe('signature of the copy without names, so that it can be made later without the key; absent if unsigned'),
  manifestSha256: z.string().optional().describe('digest of the manifest of this record and its files: manifest.ts'),
  signature: signatureSchema.optional().describe('of the manifest; absent if there was no key'),
})

export type TrainingJob = z.infer<typeof trainingJobSchema>
export type Gate = z.infer<typeof gateSchema>
export type RunRecord = z.infer<typeof runRecordSchema>
