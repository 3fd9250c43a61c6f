import { ofKind } from './metric.ts'

const higher = { better: 'higher' } as const
const lower = { better: 'lower' } as const
const shown = { inSummary: true, inQuote: true } as const

/** Metrics of image runs, in display order. */
export const imageMetrics = ofKind('image', {
  secondsPerImage: {
    ...lower,
    ...shown,
    label: 'Time per image, median',
    shortLabel: 'Per image',
    unit: 's',
    digits: 2,
    formula: 'median E2E of a request / images per request',
    comparison: { hypothesis: 'pace', decides: true, floor: 0 },
    of: (trial) => trial.image.secondsPerImage,
  },
  imagesPerS: {
    ...higher,
    ...shown,
    label: 'Image throughput',
    shortLabel: 'Images',
    unit: 'images/s',
    digits: 3,
    formula:
      'images in the window (one that crosses an edge counts by its share of time inside) / length of the window',
    comparison: { hypothesis: 'throughput', decides: true, floor: 0 },
    of: (trial) => trial.image.imagesPerS,
  },
  joulesPerImage: {
    ...lower,
    ...shown,
    label: 'Energy per image',
    shortLabel: 'J per image',
    unit: 'J',
    digits: 0,
    formula: 'energy of the GPU boards in the window / images in the window',
    comparison: { hypothesis: 'efficiency', decides: true, floor: 0 },
    of: (trial) => trial.image.joulesPerImage,
  },
})

/** Metrics of training runs, in display order. */
export const trainingMetrics = ofKind('training', {
  stepsPerS: {
    ...higher,
    ...shown,
    label: 'Training steps per second',
    shortLabel: 'Steps',
    unit: 'steps/s',
    digits: 3,
    formula: 'steps / time, over the last 80 % of the lines that the command printed',
    comparison: { hypothesis: 'throughput', decides: true, floor: 0 },
    of: (trial) => trial.training.stepsPerS,
  },
  trainedTokensPerS: {
    ...higher,
    ...shown,
    label: 'Training throughput',
    shortLabel: 'Trained',
    unit: 'tokens/s',
    digits: 0,
    formula: 'tokens of those steps / the same time',
    of: (trial) => trial.training.trainedTokensPerS,
  },
  joulesPerStep: {
    ...lower,
    ...shown,
    label: 'Energy per step',
    shortLabel: 'J per step',
    unit: 'J',
    digits: 1,
    formula: 'energy of the GPU boards over the same time / steps',
    comparison: { hypothesis: 'efficiency', decides: true, floor: 0 },
    of: (trial) => trial.training.joulesPerStep,
  },
  finalLoss: {
    better: null,
    inSummary: true,
    inQuote: false,
    label: 'Final loss',
    shortLabel: 'Loss',
    unit: '1',
    digits: 3,
    formula: 'the last loss that the command printed',
    of: (trial) => trial.training.finalLoss,
  },
})
