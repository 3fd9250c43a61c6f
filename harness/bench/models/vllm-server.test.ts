import { expect, test } from 'vitest'
import { loggedSizes } from './vllm-server.ts'

test('the sizes that vLLM 0.32 logs', () => {
  const log = `INFO [weight_utils.py:1108] Filesystem type for checkpoints: EXT4. Checkpoint size: 0.08 GiB. Available RAM: 18.79 GiB.
INFO [kv_cache_utils.py:2327] CPU KV cache size: 524,288 tokens, Maximum concurrency for 4,096 tokens per request: 128.00x`
  expect(loggedSizes(log)).toEqual({ checkpointGiB: 0.08, kvTokens: 524_288, maxConcurrency: 128, blockTokens: null })
})
