import { imageModelByKey } from '../../catalogue/image-models.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { type LimitCard, missingText } from '../../catalogue/own/known.ts'
import { modelOf, whyNoModel } from '../../catalogue/own-models.ts'
import type { Model } from '../../catalogue/types.ts'
import type { EmbeddingsScenario, ImageScenario, Scenario, TrainingScenario } from '../../scenario/schema.ts'
import { peakTflops } from '../arithmetic.ts'
import { arithmeticBound } from '../bounding-card.ts'
import { imageLimit } from '../image.ts'
import { trainingLimit } from '../training.ts'
import type {
  Cards,
  EmbeddingsRunLimit,
  ImageRunLimit,
  LimitReason,
  LimitSubject,
  TrainingRunLimit,
} from './subject.ts'

/** The limits that arithmetic alone sets: images, texts of embeddings or reranking, and training steps. */

type SubjectOf<Kind extends Scenario> = LimitSubject & { readonly scenario: Kind }

/** The limit of a language model on a card whose arithmetic bounds it, or why there is none. */
function boundByArithmetic<Found>(
  entry: CardEntry,
  subject: LimitSubject,
  limitOf: (card: LimitCard, model: Model) => Found | LimitReason,
): Found | LimitReason {
  const model = modelOf(subject)
  if (model === null) return { reason: whyNoModel(subject) }
  const bounding = arithmeticBound(entry)
  return 'reason' in bounding ? bounding : limitOf(bounding.card, model)
}

/** Seconds per image: FLOPs of all passes / peak. */
export function imagesLimit(
  entry: CardEntry,
  { scenario }: SubjectOf<ImageScenario>,
  cards: Cards,
): ImageRunLimit | LimitReason {
  const model = imageModelByKey(scenario.model)
  if (model === null) return { reason: `${scenario.model} is not in the catalogue` }
  const bounding = arithmeticBound(entry)
  if ('reason' in bounding) return bounding
  const limit = imageLimit(bounding.card, model, { ...scenario.image, ...cards })
  if ('reason' in limit) return limit
  const { secondsPerImage: value, formula } = limit
  return { kind: 'image', value, unit: 's/image', boundBy: 'arithmetic', formula }
}

/**
 * Texts/s of embeddings or reranking: peak / (2 FLOP · linear parameters · tokens of one text). Attention and the output
 * head are not counted, and neither is the query of a reranking, whose keys and values a causal model may have cached.
 */
export const textsLimit = (
  entry: CardEntry,
  subject: SubjectOf<EmbeddingsScenario>,
  cards: Cards,
): EmbeddingsRunLimit | LimitReason =>
  boundByArithmetic(entry, subject, (card, model) => {
    const { tokens } = subject.scenario.texts
    const flops = 2 * model.activeLinearParams * tokens
    const tflops = peakTflops(card, model, cards)
    // only 4-bit weights are computed at a rate that may be unknown here
    if (!Number.isFinite(tflops)) return { reason: missingText(entry, ['fp4Tflops']) }
    const value = (tflops * 1e12) / flops
    const formula = `${tflops.toFixed(1)} TFLOPS / ${(flops / 1e12).toPrecision(3)} TFLOP per text of ${tokens} tokens = ${value.toFixed(1)} texts/s`
    return { kind: 'embeddings', value, unit: 'texts/s', boundBy: 'arithmetic', formula }
  })

/** Training steps/s: peak / (FLOP of one step). */
export const stepsLimit = (
  entry: CardEntry,
  subject: SubjectOf<TrainingScenario>,
  cards: Cards,
): TrainingRunLimit | LimitReason =>
  boundByArithmetic(entry, subject, (card, model) => {
    const { batch, sequenceTokens, gradientCheckpointing } = subject.scenario.training
    const { tokensPerS, formula } = trainingLimit(card, model, { gradientCheckpointing, ...cards })
    const tokens = batch * sequenceTokens
    const value = tokensPerS / tokens
    const steps = `${formula}, ${tokens} tokens per step = ${value.toFixed(2)} steps/s`
    return { kind: 'training', value, unit: 'steps/s', boundBy: 'arithmetic', formula: steps, tokensPerS }
  })
