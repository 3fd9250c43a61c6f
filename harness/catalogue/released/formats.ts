import type { PublishedConfig } from './release.ts'

/** `quantization_config` of checkpoints, as the tools that make them write it. */

/** AWQ: groups of 128 with a 16-bit scale and a 4-bit zero point. */
export const awq: PublishedConfig = { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true, version: 'gemm' }

/** FP8 in blocks of 128 x 128, each with a scale. */
export const fp8Blocks = (...notConverted: readonly string[]): PublishedConfig => ({
  quant_method: 'fp8',
  fmt: 'e4m3',
  activation_scheme: 'dynamic',
  weight_block_size: [128, 128],
  ...(notConverted.length === 0 ? {} : { modules_to_not_convert: notConverted }),
})

/** FP8 with one scale per output channel (llm-compressor, "FP8-dynamic"). */
export const fp8Channels = (...ignore: readonly string[]): PublishedConfig => ({
  quant_method: 'compressed-tensors',
  format: 'float-quantized',
  config_groups: {
    group_0: {
      targets: ['Linear'],
      weights: { num_bits: 8, type: 'float', strategy: 'channel', symmetric: true, dynamic: false },
      input_activations: { num_bits: 8, type: 'float', strategy: 'token', symmetric: true, dynamic: true },
    },
  },
  ignore: ['lm_head', ...ignore],
})

/** FP8 with one scale per matrix. */
export const fp8Tensors: PublishedConfig = { quant_method: 'fp8', activation_scheme: 'static' }

/** MXFP4: blocks of 32 with one 8-bit exponent, in the experts alone. */
export const mxfp4Experts: PublishedConfig = {
  quant_method: 'mxfp4',
  modules_to_not_convert: ['model.layers.*.self_attn', 'model.layers.*.mlp.router', 'model.embed_tokens', 'lm_head'],
}

/** NVFP4 of ModelOpt: groups of 16 with an 8-bit scale, and a KV cache in FP8. */
export const nvfp4 = (...ignore: readonly string[]): PublishedConfig => ({
  quant_method: 'modelopt',
  quant_algo: 'NVFP4',
  config_groups: { group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'float', group_size: 16 } } },
  ignore: ['lm_head', ...ignore],
  kv_cache_scheme: { num_bits: 8, type: 'float' },
})
