import type { Model } from '../../catalogue/types.ts'
import { pagedCapacity } from '../../physics/model/vllm-pages.ts'
import { weightBytes } from '../../physics/model/weights.ts'
import { stateBlocksOf } from './tiny-models.ts'
import type { LoggedSizes } from './vllm-log.ts'
import { SERVER } from './vllm-server.ts'

/** A figure that is computed and the same one as the files or the server have it. */
export interface Compared {
  readonly computed: number
  readonly found: number | null
  readonly isEqual: boolean
  readonly text: string
}

/** Batches that are scheduled at once: one on a CPU; on a GPU, asynchronous scheduling prepares a second one. */
const BATCHES_IN_FLIGHT = 1

/** Few tensors keep 32 bits where a description says 16: the correction bias of a router. */
const SHARE_OF_BIASES = 1e-5

const grouped = (value: number | null): string => (value === null ? 'nothing' : value.toLocaleString('en-GB'))

/** The bytes of all weights: by the configuration, in the headers of the files, and as the server logs them. */
export function comparedWeights(model: Model, { checkpointGiB }: LoggedSizes): Compared {
  const computed = weightBytes(model)
  const found = model.checkpointBytes ?? null
  const apart = found === null ? null : computed - found
  const isRoundedEqual = found !== null && Number((found / 2 ** 30).toFixed(2)) === checkpointGiB
  const isEqual = apart !== null && Math.abs(apart) <= computed * SHARE_OF_BIASES && isRoundedEqual
  const difference = apart === 0 || apart === null ? '' : ` (${grouped(apart)} bytes apart)`
  const text = `${grouped(computed)} bytes described, ${grouped(found)} on disk${difference}, ${checkpointGiB} GiB in the log`
  return { computed, found, isEqual, text }
}

/** The capacity of the KV cache: by the formula, and as the server logs it. */
export function comparedCache(model: Model, logged: LoggedSizes, blockTokens: number): Compared {
  const capacity = pagedCapacity(model, {
    cacheBytes: SERVER.cacheGiB * 2 ** 30,
    elementBytes: 2,
    blockTokens,
    maxModelLen: SERVER.maxModelLen,
    inFlightTokens: SERVER.batchedTokens * BATCHES_IN_FLIGHT,
    stateBlocks: stateBlocksOf(model.key),
  })
  const isEqual = capacity.tokens === logged.kvTokens
  const text = `${grouped(capacity.tokens)} tokens computed, ${grouped(logged.kvTokens)} in the log (blocks of ${capacity.blockTokens} tokens)`
  return { computed: capacity.tokens, found: logged.kvTokens, isEqual, text }
}
