import { BLOCK_SIZE, type Hardware } from '../hardware.ts'
import type { SimulatorOptions } from '../options.ts'
import type { Labels } from './prometheus.ts'

/** The labels of `vllm:cache_config_info`: every field of vLLM's CacheConfig as Python prints it. */
export function cacheConfigLabels(options: SimulatorOptions, hardware: Hardware, missing: readonly string[]): Labels {
  const blocksPerSequence = Math.ceil(options.maxModelLen / BLOCK_SIZE)
  const maxConcurrency = hardware.gpuBlocks / blocksPerSequence
  const labels = {
    block_size: String(BLOCK_SIZE),
    cache_dtype: options.kvCacheDtype,
    calculate_kv_scales: 'False',
    enable_prefix_caching: options.enablePrefixCaching ? 'True' : 'False',
    gpu_memory_utilization: String(options.gpuMemoryUtilization),
    is_attention_free: 'False',
    kv_cache_max_concurrency: String(maxConcurrency),
    kv_cache_memory_bytes: 'None',
    kv_cache_size_tokens: String(Math.floor(maxConcurrency * options.maxModelLen)),
    num_cpu_blocks: 'None',
    num_gpu_blocks: String(hardware.gpuBlocks),
    num_gpu_blocks_override: options.numGpuBlocksOverride === null ? 'None' : String(options.numGpuBlocksOverride),
    prefix_caching_hash_algo: 'sha256',
    sliding_window: 'None',
  }
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !missing.includes(name)))
}
