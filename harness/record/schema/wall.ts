import { z } from 'zod'
import { measuredSchema, missingSchema } from '../measured.ts'
import { wallSources } from './wall-sources.ts'

/** The power of the server and of its CPUs: where it was read, and values computed from wall.csv. */

/** What a source measures: CPUs and their memory, or the whole server. */
export const wallScopes = ['cpu', 'server'] as const

/** A sensor of a source, and whether its value counts in the sum: a part that another one includes does not. */
const wallDomainSchema = z.object({
  domain: z.string().describe('as the source names it: package-0, Grace Power Socket 0, server'),
  counted: z.boolean().describe('whether it is in the sum of the source'),
  rangeUj: z.number().positive().optional().describe('energy at which its counter begins again at 0'),
})

/** Age of a reading: the time from the middle of the time that it averages to the time at which it was read. */
const wallDelaySchema = z.object({
  delayMs: z.number().describe('from the middle of the time that a reading averages to the time at which it was read'),
  halfWidthMs: z.number().describe('half width of the 95 % interval of the delay'),
  averagingMs: z.number().nonnegative().describe('averaging window of the reading'),
  basis: z.string().describe('how it is known: estimated from steps, stated by the source, read from a counter'),
  wPerCardW: z.number().optional().describe('change of the reading in W for a change of the cards by 1 W'),
})

const wallTrialSchema = z.object({
  trial: z.int().nonnegative().describe('index of the trial'),
  energyJ: measuredSchema.describe('energy by this source over the steady window'),
  meanPowerW: measuredSchema.describe('energyJ / length of the window'),
  coverage: z.number().nullable().describe('share of the window that readings cover; null if there are none'),
  samples: z.int().nonnegative().describe('readings in the window'),
  errorTermsJ: z
    .record(z.string(), z.number().describe('joules of this term'))
    .describe('terms of the error bar: sensorGain, edges, sampling, gaps and resolution'),
})

const wallSourceSchema = z.object({
  source: z
    .enum(wallSources)
    .describe(
      'command: one that the user named; redfish, ipmi: by the management controller; grace, rapl: by the CPUs',
    ),
  covers: z.enum(wallScopes).describe('cpu: the CPUs and their memory; server: the whole server'),
  by: z.string().describe('what was read, without names of hosts; with the stamp of the simulator'),
  state: z
    .enum(['ok', 'absent', 'refused', 'failed'])
    .describe(
      'ok: it was read; absent: it is not there; refused: it needs rights; failed: it is there and gives no power',
    ),
  reason: z.string().optional().describe('why it was not read, or why reading ended early'),
  intervalMs: z.number().positive().describe('requested time between two readings'),
  statedAveragingMs: z
    .number()
    .nullable()
    .describe('averaging window that the source states; null where it states none'),
  gainShare: z.number().positive().describe('assumed error of the sensor, as a share of its value'),
  domains: z.array(wallDomainSchema).describe('its sensors'),
  rows: z.int().nonnegative().describe('rows of wall.csv from it'),
  failures: z.int().nonnegative().describe('readings that failed'),
  failure: z.string().optional().describe('why the first of them failed'),
  delay: z.union([wallDelaySchema, missingSchema]).optional().describe('absent until the run has ended'),
  idlePowerW: measuredSchema
    .optional()
    .describe('mean power without load, from the idle period or the padding of trials'),
  trials: z.array(wallTrialSchema).describe('energy in each trial; empty if it was not read'),
})

export const wallSchema = z.object({
  asked: z.string().describe('auto, or the sources that were named'),
  sources: z.array(wallSourceSchema).describe('what was tried, whether it could be read or not'),
  cpu: z.enum(wallSources).nullable().describe('the source of cpuEnergyJ; null if no power of the CPUs was read'),
  server: z
    .enum(wallSources)
    .nullable()
    .describe('the source of serverEnergyJ and serverPowerW; null if no power of the server was read'),
  shared: z.string().optional().describe('why the power of the server is not that of this run alone'),
})

/** Energy of CPUs and of the whole server in the window of a trial. */
export const wallValuesSchema = z.object({
  cpuEnergyJ: measuredSchema.describe('energy of the CPUs over the steady window, by the source `wall.cpu`'),
  serverEnergyJ: measuredSchema.describe(
    'energy of the whole server over the steady window, by the source `wall.server`',
  ),
  serverPowerW: measuredSchema.describe('mean power of the whole server in the steady window'),
})

export type Wall = z.infer<typeof wallSchema>
export type WallSource = z.infer<typeof wallSourceSchema>
export type WallTrial = z.infer<typeof wallTrialSchema>
export type WallDelay = z.infer<typeof wallDelaySchema>
export type WallDomain = z.infer<typeof wallDomainSchema>
export type WallScope = (typeof wallScopes)[number]
