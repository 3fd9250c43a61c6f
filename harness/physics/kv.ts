import type { Model } from '../catalogue/types.ts'

/** Bytes of one KV element: 1 for an FP8 cache, 2 for FP16 or BF16. */
export type KvElementBytes = 1 | 2

/**
 * KV cache bytes of one token: 2 · layers · kvHeads · headDim · bytes (keys and values), or with multi-head latent
 * attention layers · latent · bytes (one latent, no pair).
 */
export function kvBytesPerToken(model: Model, elementBytes: KvElementBytes): number {
  if (model.mlaLatentDim !== null) return model.layers * model.mlaLatentDim * elementBytes
  return 2 * model.layers * model.kvHeads * model.headDim * elementBytes
}

/** Element size of a `--kv-cache-dtype`, or null for a type of unknown size (for example 4 bits). */
export function knownKvElementBytes(kvCacheDtype: string): KvElementBytes | null {
  if (/^(auto|bfloat16|float16|half)$/.test(kvCacheDtype)) return 2
  return /^(fp8|int8)/.test(kvCacheDtype) ? 1 : null
}

/** Element size of a `--kv-cache-dtype`; `auto` is the model's own 16 bits. */
export const kvElementBytes = (kvCacheDtype: string | undefined): KvElementBytes =>
  kvCacheDtype?.startsWith('fp8') ? 1 : 2
