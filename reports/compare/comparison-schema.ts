import { z } from 'zod'
import { metricVerdicts } from '../../harness/verdict/verdict-words.ts'
import { COMPARISON_JSON_VERSION } from './json.ts'

/** The JSON comparison as a schema: for whoever reads one, and for a test that the writer keeps to it. */

const share = z.number().describe('a share: 0.05 is 5 %')
const withInterval = z
  .strictObject({
    value: z.number().describe('the estimate'),
    ci95: z.tuple([z.number(), z.number()]).describe('95 % interval: low, high'),
  })
  .nullable()
const verdict = z.enum(metricVerdicts).describe('what the difference means: joulemark explain verdict ID')
const count = z.int().nonnegative()
const probability = z.number().min(0).max(1).nullable()

const side = z.strictObject({
  mean: z.number().nullable().describe('mean over its trials; null where there is none'),
  trials: count.describe('trials in it'),
  runs: count.describe('runs in it'),
})

const settling = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('runs'), runsPerSide: count.describe('starts on each side') }),
    z
      .strictObject({ kind: z.literal('trials'), morePerSide: count.describe('further trials on each side') })
      .describe('written by earlier versions only'),
    z.strictObject({ kind: z.literal('never'), reason: z.string().describe('why no number would do') }),
  ])
  .nullable()
  .describe('about how many starts of the server per side would turn `inconclusive` into a verdict; null elsewhere')

const metricSchema = z.strictObject({
  key: z.string().describe('key of docs/metrics.md'),
  unit: z.string().describe('of the means and of `difference`; "1" is a share'),
  better: z.enum(['higher', 'lower']).describe('which direction is better'),
  decides: z.boolean().describe('whether a regression of this metric makes the whole comparison `regressed`'),
  baseline: side.describe('the runs before'),
  candidate: side.describe('the runs after'),
  difference: withInterval.describe('candidate minus baseline, in `unit`; null where a side has no mean'),
  relative: withInterval.describe('the same as a share of the mean of the baseline'),
  margin: share.describe('practical threshold (equivalence margin) as a share of the mean of the baseline'),
  p: probability.describe("Welch's test of no difference"),
  pAdjusted: probability.describe('Holm-adjusted p, over all hypotheses of the comparison'),
  pEquivalence: probability.describe('the larger p of two one-sided tests against the margin'),
  verdict,
  reason: z.string().describe('the reason for the verdict, or why there is no value'),
  explanation: z.string().describe('`reason`, with what would decide it'),
  settling,
})

const scenarioSchema = z.strictObject({
  scenario: z.string().describe('name of the scenario'),
  title: z.string().describe('its title'),
  card: z.string().describe('key or name of the card'),
  verdict,
  metrics: z.array(metricSchema).describe('every metric that both sides have'),
  baselineRuns: z.array(z.string()).describe('ids of run records'),
  candidateRuns: z.array(z.string()).describe('ids of run records'),
  warnings: z.array(z.string()).describe('what weakens the verdict, one sentence each'),
  notJudged: z
    .array(z.string())
    .describe('the required gates that failed: the scenario has no verdict, whatever its numbers are'),
})

/** docs/schemas/comparison.schema.json is made from this. */
export const comparisonJsonSchema = z.strictObject({
  format: z.literal('joulemark-comparison'),
  version: z.literal(COMPARISON_JSON_VERSION),
  verdict: verdict.describe('the worst of the scenarios'),
  regressed: z.boolean().describe('whether a metric that decides has regressed'),
  simulated: z.boolean().describe('whether any run was simulated'),
  stamp: z.literal('SIMULATED').nullable().describe('to be shown beside every figure; null for live runs'),
  smallestEffect: share,
  scenarios: z.array(scenarioSchema).describe('the verdict per scenario'),
  differences: z
    .array(
      z.strictObject({
        field: z.string().describe('which property'),
        label: z.string().describe('the property in words'),
        baseline: z.string().describe('its value before'),
        candidate: z.string().describe('its value after'),
      }),
    )
    .describe('the properties of host and server that differ between the sides'),
  objections: z.array(z.string()).describe('why these runs must not be compared; empty unless forced'),
  notJudged: z.array(z.string()).describe('the same over all scenarios'),
  caveat: z.string().nullable().describe('what limits the verdict: a side with one start of the server'),
  notes: z.array(z.string()).describe('which runs were skipped, and why'),
})
