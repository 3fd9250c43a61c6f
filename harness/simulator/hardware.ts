import { cardByKey, cardKeys } from '../catalogue/cards.ts'
import { modelKeys } from '../catalogue/models.ts'
import { suggestion } from '../catalogue/nearest.ts'
import { modelByKey, whyNoModel } from '../catalogue/own-models.ts'
import type { Card, Model } from '../catalogue/types.ts'
import { JoulemarkError } from '../errors.ts'
import { efficiencyOf, withArithmetic, withBandwidth } from '../physics/efficiency.ts'
import { kvCapacityTokens, overheadBytesOf } from '../physics/memory.ts'
import { kvBytesPerToken, kvElementBytes } from '../physics/model/kv.ts'
import { weightBytes } from '../physics/model/weights.ts'
import { type StepEngine, stepTimeMs } from '../physics/step-time.ts'
import type { Conditions } from './card/machine.ts'
import type { StepCost, StepWork } from './engine/step-work.ts'
import { speculationOf, timedModel } from './faults/false-reports.ts'
import { SensorFaults } from './faults/sensor-faults.ts'
import type { SimulatorOptions } from './options.ts'

/** Room of a server whose model keeps nothing of a text: no cache limits it. */
const NO_CACHE_TOKENS = 2 ** 24

/** A card that serves a model: the values that the engine and nvidia-smi derive from both. */
export interface Hardware {
  readonly card: Card
  readonly model: Model
  /** KV blocks as vLLM counts them: one of them is never used. */
  readonly gpuBlocks: number
  readonly maxNumBatchedTokens: number
  /** Memory used by the server on each of its cards: weights, KV cache and overhead. */
  readonly usedMiB: number
  /** Cost of a step; `held` where something holds the cards below their usual speed. */
  readonly costOf: (work: StepWork, held?: Conditions) => StepCost
}

export const BLOCK_SIZE = 16

/** vLLM uses its defaults for large cards from this memory size on. */
const LARGE_CARD_BYTES = 70 * 2 ** 30

/** Computes how a card serves a model. Throws one line when either is unknown or the model does not fit. */
export function describeHardware(options: SimulatorOptions): Hardware {
  const card = findCard(options.card)
  const model = findModel(options.model)
  const kvBytesPerElement = kvElementBytes(options.kvCacheDtype)
  const { gpuMemoryUtilization, bandwidthShare, clockShare, lies, tensorParallel: gpus } = options
  const efficiency = withArithmetic(withBandwidth(efficiencyOf(card, model).expected, bandwidthShare), clockShare)
  const room = kvCapacityTokens(card, model, { kvBytesPerElement, gpuMemoryUtilization, gpus })
  const capacityTokens = Number.isFinite(room) ? room : NO_CACHE_TOKENS
  const gpuBlocks =
    options.numGpuBlocksOverride ?? blocksUnderPreemption(options) ?? Math.floor(capacityTokens / BLOCK_SIZE)
  checkFit(options.maxModelLen, gpuBlocks)
  const kvBytes = gpuBlocks * BLOCK_SIZE * kvBytesPerToken(model, kvBytesPerElement)
  const powerLimitW = new SensorFaults(options.sensorFaults, options.sensorFaultAfterMs).powerLimitW(card.tdpW.value)
  const engine = { card, model: timedModel(model, lies), efficiency, gpus, powerLimitW }
  // a draft is checked in the step that would have made its first token
  const tokensChecked = 1 + (speculationOf(lies)?.draftTokens ?? 0)
  return {
    card,
    model,
    gpuBlocks,
    maxNumBatchedTokens: options.maxNumBatchedTokens ?? (card.cudaBytes.value >= LARGE_CARD_BYTES ? 8192 : 2048),
    usedMiB: Math.round(((weightBytes(model) + kvBytes) / gpus + overheadBytesOf(card)) / 2 ** 20),
    costOf: ({ decodeCount, decodeContextSum, prefills }, held) => {
      const cost = stepTimeMs(held === undefined ? engine : heldEngine(engine, held), {
        decodeCount: decodeCount * tokensChecked,
        decodeContextSum,
        prefills,
        kvBytesPerElement,
      })
      return held === undefined || held.speedShare === 1 ? cost : { ...cost, timeMs: cost.timeMs / held.speedShare }
    },
  }
}

/** The engine under these conditions: an object of its own only where they change something, because every step asks. */
function heldEngine(engine: StepEngine, { limitW, clockShare }: Conditions): StepEngine {
  if (limitW === null && clockShare === 1) return engine
  return { ...engine, clockShare, ...(limitW === null ? {} : { powerLimitW: limitW }) }
}

/** With the fault `preemption-storm`: blocks for one sequence of full length, and the null block. */
const blocksUnderPreemption = ({ faults, maxModelLen }: SimulatorOptions): number | null =>
  faults.includes('preemption-storm') ? Math.ceil(maxModelLen / BLOCK_SIZE) + 1 : null

/** A card of the catalogue. Throws `bad-input` with the list of cards. */
export function findCard(key: string): Card {
  const card = cardByKey(key)
  if (card !== null) return card
  throw new JoulemarkError('bad-input', `simulator: no card "${key}"; known: ${cardKeys.join(', ')}`)
}

function findModel(key: string): Model {
  const model = modelByKey(key)
  if (model !== null) return model
  const why = whyNoModel({ scenario: { model: key } })
  throw new JoulemarkError('bad-input', `simulator: no text model "${key}": ${why}; ${suggestion(key, modelKeys)}`)
}

/** Throws with vLLM's messages when the weights or one sequence do not fit. */
function checkFit(maxModelLen: number, gpuBlocks: number): void {
  if (gpuBlocks <= 1) {
    throw new JoulemarkError(
      'environment',
      'simulator: No available memory for the cache blocks: the weights alone fill the card',
    )
  }
  const capacityTokens = (gpuBlocks - 1) * BLOCK_SIZE
  if (capacityTokens >= maxModelLen) return
  throw new JoulemarkError(
    'environment',
    `simulator: To serve at least one request with the model's max seq len (${maxModelLen}), more KV cache is needed than ` +
      `there is memory for; the estimated maximum model length is ${capacityTokens}`,
  )
}
