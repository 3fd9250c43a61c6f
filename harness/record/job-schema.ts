import { z } from 'zod'

/** What the record keeps of images and training beside the fields that all runs share. */

const nullableNumber = z.number().nullable()

export const imageFiguresSchema = z.object({
  images: nullableNumber.describe('images of the window; one that crosses an edge counts by its share of time inside'),
  imagesPerS: nullableNumber,
  secondsPerImage: nullableNumber.describe('median E2E of a request / images a request'),
  joulesPerImage: nullableNumber,
})

export const trainingFiguresSchema = z.object({
  steps: nullableNumber.describe('steps of the last 80 % that were done'),
  stepsPerS: nullableNumber,
  trainedTokensPerS: nullableNumber,
  joulesPerStep: nullableNumber,
  firstLoss: nullableNumber,
  finalLoss: nullableNumber,
})

/** A training command and what it said of itself in its `config` line: steps/s mean nothing without it. */
export const trainingJobSchema = z.object({
  command: z.array(z.string()),
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/** A run that failed for memory: that is its result. */
export const oomSchema = z.object({ evidence: z.string().describe('the bytes, or the words of the server') })

export type ImageFigures = z.infer<typeof imageFiguresSchema>
export type TrainingFigures = z.infer<typeof trainingFiguresSchema>
export type TrainingJob = z.infer<typeof trainingJobSchema>
