import { cardByKey, cardKeys } from '../catalogue/cards.ts'
import { models } from '../catalogue/models.ts'
import type { Card, Model } from '../catalogue/types.ts'
import { JoulemarkError } from '../errors.ts'
import { kvBytesPerToken, kvElementBytes } from '../physics/kv.ts'
import { kvCapacityTokens, overheadBytesOf } from '../physics/memory.ts'
import { defaultEfficiency, stepTimeMs } from '../physics/step-time.ts'
import { weightBytes } from '../physics/weights.ts'
import type { StepCostModel } from './engine/step-work.ts'
import { speculationOf, timedModel } from './faults/false-reports.ts'
import type { SimulatorOptions } from './options.ts'

/** A card that serves a model: what the engine and nvidia-smi need to know of the two together. */
export interface Hardware {
  readonly card: Card
  readonly model: Model
  /** KV blocks as vLLM counts them: one of them is never used. */
  readonly gpuBlocks: number
  readonly maxNumBatchedTokens: number
  /** Held by the server on each of its cards: weights, KV cache and what else it needs. */
  readonly usedMiB: number
  readonly costOf: StepCostModel
}

export const BLOCK_SIZE = 16

/** From this size of memory on vLLM takes its defaults for large cards. */
const LARGE_CARD_BYTES = 70 * 2 ** 30

/** Works out how a card serves a model. Throws one line when either is unknown or the model does not fit. */
export function describeHardware(options: SimulatorOptions): Hardware {
  const card = findCard(options.card)
  const model = findModel(options.model)
  const kvBytesPerElement = kvElementBytes(options.kvCacheDtype)
  const { gpuMemoryUtilization, bandwidthShare, lies, tensorParallel: gpus } = options
  const efficiency = {
    ...defaultEfficiency,
    bandwidth: defaultEfficiency.bandwidth * bandwidthShare,
    attentionBandwidth: defaultEfficiency.attentionBandwidth * bandwidthShare,
  }
  const capacityTokens = kvCapacityTokens(card, model, { kvBytesPerElement, gpuMemoryUtilization, gpus })
  const gpuBlocks = options.numGpuBlocksOverride ?? stormBlocks(options) ?? Math.floor(capacityTokens / BLOCK_SIZE)
  checkFit(options.maxModelLen, gpuBlocks)
  const kvBytes = gpuBlocks * BLOCK_SIZE * kvBytesPerToken(model, kvBytesPerElement)
  const engine = { card, model: timedModel(model, lies), efficiency, gpus }
  // a draft is checked in the step that would have made its first token
  const tokensChecked = 1 + (speculationOf(lies)?.draftTokens ?? 0)
  return {
    card,
    model,
    gpuBlocks,
    maxNumBatchedTokens: options.maxNumBatchedTokens ?? (card.cudaBytes.value >= LARGE_CARD_BYTES ? 8192 : 2048),
    usedMiB: Math.round(((weightBytes(model) + kvBytes) / gpus + overheadBytesOf(card)) / 2 ** 20),
    costOf: ({ decodeCount, decodeContextSum, prefills }) =>
      stepTimeMs(engine, {
        decodeCount: decodeCount * tokensChecked,
        decodeContextSum,
        prefills,
        kvBytesPerElement,
      }),
  }
}

/** Under a storm of preemptions: blocks for one sequence of full length, and the null block. */
const stormBlocks = ({ faults, maxModelLen }: SimulatorOptions): number | null =>
  faults.includes('preemption-storm') ? Math.ceil(maxModelLen / BLOCK_SIZE) + 1 : null

/** A card of the catalogue. Throws `bad-input` with those that there are. */
export function findCard(key: string): Card {
  const card = cardByKey(key)
  if (card !== null) return card
  throw new JoulemarkError('bad-input', `simulator: no card "${key}"; known: ${cardKeys.join(', ')}`)
}

function findModel(key: string): Model {
  const texts = models.filter(({ kind }) => kind === 'text')
  const model = texts.find((candidate) => candidate.key === key)
  if (model !== undefined) return model
  throw new JoulemarkError(
    'bad-input',
    `simulator: no text model "${key}"; known: ${texts.map((each) => each.key).join(', ')}`,
  )
}

/** vLLM refuses to start in these words, in the one case and in the other. */
function checkFit(maxModelLen: number, gpuBlocks: number): void {
  if (gpuBlocks <= 1) {
    throw new JoulemarkError(
      'environment',
      'simulator: No available memory for the cache blocks: the weights alone fill the card',
    )
  }
  const roomTokens = (gpuBlocks - 1) * BLOCK_SIZE
  if (roomTokens >= maxModelLen) return
  throw new JoulemarkError(
    'environment',
    `simulator: To serve at least one request with the model's max seq len (${maxModelLen}), more KV cache is needed than ` +
      `there is memory for; the estimated maximum model length is ${roomTokens}`,
  )
}
