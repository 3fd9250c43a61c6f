import { z } from 'zod'
import { arrivalFields, positiveInt, trialFields } from './schema-parts.ts'

/** The parts of a scenario that define images or training; a text scenario has a prompt and an output instead. */

export const imageSchema = z.strictObject({
  size: z
    .string()
    .regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'expected WIDTHxHEIGHT in pixels')
    .default('1024x1024')
    .describe('width and height of each image in pixels'),
  steps: positiveInt.max(200).describe('denoising steps, always sent, because the time per image depends on them'),
  guidance: z.number().min(0).max(20).describe('guidance scale, always sent; above 1 SDXL runs two passes per step'),
  batch: positiveInt.max(10).default(1).describe('images per request (n)'),
  prompt: z
    .string()
    .min(1)
    .max(2000)
    .default('a lighthouse on a cliff at dusk, waves below, oil on canvas')
    .describe('text of the prompt; the seed differs from request to request'),
})

/** Load shapes of images: no conversations and no traces. */
export const imageLoadSchema = z.discriminatedUnion('shape', [
  z.strictObject({
    shape: z.literal('closed').describe('a fixed number of requests in flight'),
    concurrency: positiveInt.max(64).describe('requests in flight'),
    rampSeconds: z.number().nonnegative().default(0).describe('the starts of the streams are spread over this time'),
  }),
  z.strictObject({
    shape: z.literal('open').describe('requests are sent at their scheduled times'),
    ratePerS: z.number().positive().max(1000).describe('requests per second'),
    ...arrivalFields,
  }),
])

export const trainingSchema = z.strictObject({
  batch: positiveInt.max(4096).describe('sequences per step'),
  sequenceTokens: positiveInt.max(1_000_000).describe('tokens per sequence'),
  rank: positiveInt.max(4096).describe('rank of the LoRA adapters'),
  gradientCheckpointing: z.boolean().describe('recompute activations in the backward pass to save memory'),
  steps: positiveInt.default(1_000_000).describe('maximum number of steps; the trial also ends after trial.seconds'),
  python: z.string().min(1).default('python3').describe('Python interpreter for scripts/train-qlora.py'),
  tiny: z
    .boolean()
    .default(false)
    .describe('train a tiny random Llama on the CPU: tests the setup on a machine without a GPU'),
  command: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'a different training command, as a list of arguments (no shell); it prints {"step","tokens","loss"}, one per line',
    ),
})

/** One training command at a time; no other load shape exists. */
export const trainingLoadSchema = z
  .strictObject({
    shape: z.literal('closed').default('closed').describe('the only shape'),
    concurrency: z.literal(1).default(1).describe('one training at a time'),
    rampSeconds: z.literal(0).default(0).describe('nothing ramps'),
  })
  .default({ shape: 'closed', concurrency: 1, rampSeconds: 0 })

export const trainingTrialSchema = z
  .strictObject({
    ...trialFields,
    seconds: trialFields.seconds.describe('training time, counted from the first step'),
    warmupSeconds: z.literal(0).default(0).describe('none: the first fifth of the steps is the warm-up'),
  })
  .default({ seconds: 60, warmupSeconds: 0, requestTimeoutSeconds: 600, runTimeoutMinutes: 180, quietSeconds: 3 })
