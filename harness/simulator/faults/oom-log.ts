import type { Hardware } from '../hardware.ts'

const GIB = 2 ** 30
const gib = (bytes: number): string => (bytes / GIB).toFixed(2)

/** The log of a vLLM whose weights do not fit, with the sizes of this card. No value in it is measured. */
export function outOfMemoryLog({ card, model }: Hardware): string {
  const total = card.cudaBytes.value
  const free = 0.11 * GIB
  const allocated = total - free - 0.42 * GIB
  const error =
    `torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB. GPU 0 has a total capacity of ` +
    `${gib(total)} GiB of which ${(free / 2 ** 20).toFixed(2)} MiB is free. Including non-PyTorch memory, this process ` +
    `has ${gib(total - free)} GiB memory in use. Of the allocated memory ${gib(allocated)} GiB is allocated by ` +
    `PyTorch, and 31.45 MiB is reserved by PyTorch but unallocated.`
  const core = '(EngineCore_DP0 pid=272) '
  const at = '08-20 10:00:07'
  return [
    `INFO ${at} [api_server.py:1822] vLLM server version 0.27.0+simulated, serving model ${model.servedAs[0]}`,
    `INFO ${at} [core.py:92] Initializing a V1 LLM engine (v0.27.0+simulated) with config: SIMULATED`,
    `${core}INFO ${at} [gpu_model_runner.py:3259] Starting to load model ${model.servedAs[0]}...`,
    `${core}ERROR ${at} [gpu_model_runner.py:3311] Failed to load model - not enough GPU memory. Try lowering ` +
      '--gpu-memory-utilization to free memory for weights, increasing --tensor-parallel-size, or using --quantization.',
    `${core}ERROR ${at} [core.py:866] EngineCore failed to start.`,
    `${core}ERROR ${at} [core.py:866] Traceback (most recent call last):`,
    `${core}ERROR ${at} [core.py:866] ${error}`,
    'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}',
    '',
  ].join('\n')
}
