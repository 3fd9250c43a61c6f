import { z } from 'zod'

/** The energy of a trial by the sensors of its cards. */

const nullableNumber = z.number().nullable()

/** An energy with the terms of its error bar. */
export const energySchema = z.object({
  source: z
    .enum(['smi-average-trapezoid', 'smi-instant-trapezoid', 'unavailable'])
    .describe('trapezoid over power.draw, or over power.draw.instant where there is no other; unavailable: no energy'),
  coverage: nullableNumber.describe(
    'share of the window covered without gaps over 3 intervals, of the worst GPU; null if unavailable',
  ),
  perGpuJ: z
    .record(z.string(), z.number().describe('joules of this GPU'))
    .describe('energy by UUID; empty where it could not be measured'),
  samples: z.int().nonnegative().describe('power samples in the window, of all serving GPUs'),
  intervalMs: nullableNumber.describe('median interval between samples, as achieved; null without samples'),
  shiftMs: z.number().describe('shift of each sample to an earlier time: half the averaging window'),
  errorTermsJ: z
    .record(z.string(), z.number().describe('joules of this term'))
    .describe('terms of the error bar: sensorGain, edges, sampling and gaps; empty where there is no energy'),
  findings: z.array(z.string()).describe('one line per gap, stale stretch or dropped reading; empty if there was none'),
})

export type Energy = z.infer<typeof energySchema>
