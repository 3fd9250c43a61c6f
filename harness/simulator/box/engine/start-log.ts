import { weightBytes } from '../../../physics/model/weights.ts'
import { BLOCK_SIZE, describeHardware } from '../../hardware.ts'
import type { SimulatorOptions } from '../../options.ts'

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(2)

/** The lines of a vLLM that starts, each with the share of the start that has passed by then. Times in it are not measured. */
export function startLog(options: SimulatorOptions): readonly (readonly [share: number, line: string])[] {
  const { model, gpuBlocks, card } = describeHardware(options)
  const name = model.servedAs[0] as string
  const tokens = gpuBlocks * BLOCK_SIZE
  const core = '(EngineCore_DP0 pid=1) INFO 08-20 10:00:07'
  const weights = weightBytes(model) / options.tensorParallel
  return [
    [
      0,
      `(APIServer pid=1) INFO 08-20 10:00:01 [api_server.py:1822] vLLM API server version 0.27.0+simulated (${card.label} SIMULATED)`,
    ],
    [0.1, `${core} [core.py:92] Initializing a V1 LLM engine (v0.27.0+simulated) with config: SIMULATED`],
    [0.15, `${core} [gpu_model_runner.py:3259] Starting to load model ${name}...`],
    [0.3, 'Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:01<00:01,  1.00s/it]'],
    [0.5, 'Loading safetensors checkpoint shards: 100% Completed | 2/2 [00:02<00:00,  1.00s/it]'],
    [0.5, `${core} [gpu_model_runner.py:3338] Model loading took ${gib(weights)} GiB and 2.00 seconds`],
    [0.7, `${core} [backends.py:559] Dynamo bytecode transform time: 1.00 s`],
    [
      0.8,
      `${core} [gpu_worker.py:298] Available KV cache memory: ${gib(options.gpuMemoryUtilization * card.cudaBytes.value - weights)} GiB`,
    ],
    [0.8, `${core} [kv_cache_utils.py:1087] GPU KV cache size: ${tokens.toLocaleString('en-US')} tokens`],
    [
      0.8,
      `${core} [kv_cache_utils.py:1091] Maximum concurrency for ${options.maxModelLen.toLocaleString('en-US')} tokens per request: ${(tokens / options.maxModelLen).toFixed(2)}x`,
    ],
    [0.9, 'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE): 100%|##########| 67/67 [00:01<00:00, 40.00it/s]'],
    [0.95, `${core} [gpu_model_runner.py:4244] Graph capturing finished in 1 secs, took 0.50 GiB`],
    [0.95, `${core} [core.py:218] init engine (profile, create kv cache, warmup model) took 3.00 seconds`],
    [1, '(APIServer pid=1) INFO:     Application startup complete.'],
  ]
}
