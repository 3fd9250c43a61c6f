import { expect, test } from 'vitest'
import { loggedSizes, refusalIn } from './vllm-log.ts'

test('the sizes that vLLM 0.32 logs', () => {
  const log = `INFO [weight_utils.py:1108] Filesystem type for checkpoints: EXT4. Checkpoint size: 0.08 GiB. Available RAM: 18.79 GiB.
INFO [kv_cache_utils.py:2327] CPU KV cache size: 524,288 tokens, Maximum concurrency for 4,096 tokens per request: 128.00x`
  expect(loggedSizes(log)).toEqual({ checkpointGiB: 0.08, kvTokens: 524_288, maxConcurrency: 128 })
  expect(loggedSizes('')).toEqual({ checkpointGiB: null, kvTokens: null, maxConcurrency: null })
})

test('why a server did not start: the cause, not what followed from it', () => {
  const log = `(EngineCore pid=7) ERROR 11-26 16:08:36 [core.py:1] EngineCore failed to start.
(EngineCore pid=7) Traceback (most recent call last):
(EngineCore pid=7) NotImplementedError: sinks are not supported on the CPU
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above.`
  expect(refusalIn(log)).toBe('NotImplementedError: sinks are not supported on the CPU')
  expect(refusalIn('INFO started')).toBeNull()
})
