import { cardByKey } from '../harness/catalogue/cards.ts'
import { imageModelByKey } from '../harness/catalogue/image-models.ts'
import { modelByKey } from '../harness/catalogue/models.ts'
import type { Card } from '../harness/catalogue/types.ts'
import { headlineMetric } from '../harness/metrics/headline.ts'
import { imageLimit } from '../harness/physics/image.ts'
import { servingGpus } from '../harness/physics/serving-gpus.ts'
import { trainingLimit } from '../harness/physics/training.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import type { Known } from './facts.ts'
import type { PhysicalLimit } from './tables/table.ts'

type Of<Kind extends string> = Extract<RunRecord['scenario'], { kind: Kind }>

/**
 * What no run of images or training can beat, in the unit of its headline figure: seconds an image at least, images/s
 * or steps/s at most (`harness/physics/image.ts`, `training.ts`: 16-bit arithmetic at the highest clock of the card).
 * `share` is left at 0: the figure is not known here.
 */
export function jobLimit(run: RunRecord, scenario: Of<'image' | 'training'>): Known<PhysicalLimit> {
  const card = run.card.key === null ? null : cardByKey(run.card.key)
  if (card === null) return { reason: `${run.card.key ?? run.card.name ?? 'the card'} is not in the catalogue` }
  const limit = scenario.kind === 'image' ? imagesOn(card, run, scenario) : stepsOn(card, run, scenario)
  return 'reason' in limit ? limit : { value: { value: limit.value, share: 0, bound: 'arithmetic' } }
}

function imagesOn(card: Card, run: RunRecord, scenario: Of<'image'>): Known<number> {
  const model = imageModelByKey(scenario.model)
  if (model === null) return { reason: `${scenario.model} is not in the catalogue` }
  const { gpus, clockGhz } = servingOf(run)
  const limit = imageLimit(card, model, scenario.image, gpus, clockGhz)
  if ('reason' in limit) return limit
  return { value: headlineMetric(scenario) === 'imagesPerS' ? 1 / limit.secondsPerImage : limit.secondsPerImage }
}

function stepsOn(card: Card, run: RunRecord, scenario: Of<'training'>): Known<number> {
  const model = modelByKey(scenario.model)
  if (model === null) return { reason: `${scenario.model} is not in the catalogue` }
  const { gpus, clockGhz } = servingOf(run)
  const { batch, sequenceTokens, gradientCheckpointing } = scenario.training
  const { tokensPerS } = trainingLimit(card, model, gradientCheckpointing, gpus, clockGhz)
  return { value: tokensPerS / (batch * sequenceTokens) }
}

function servingOf(run: RunRecord): { gpus: number; clockGhz: number } {
  const serving = servingGpus(run.gpus)
  const clockMHz = Math.max(0, ...serving.map((gpu) => gpu.maxSmClockMHz ?? 0))
  return { gpus: Math.max(1, serving.length), clockGhz: clockMHz / 1000 }
}
