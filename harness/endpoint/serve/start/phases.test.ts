import { expect, test } from 'vitest'
import { type PhaseTime, StartPhases } from './phases.ts'

/** Lines with their second, from published start-up logs. */
function phasesOf(lines: readonly (readonly [number, string])[]): PhaseTime[] {
  const phases = new StartPhases(0)
  for (const [second, line] of lines) phases.read(line, second * 1000)
  return phases.times((lines.at(-1)?.[0] ?? 0) * 1000)
}

test('vLLM 0.8 (March 2025), from a cache', () => {
  expect(
    phasesOf([
      [2, 'INFO 03-23 05:01:12 [__init__.py:256] Automatically detected platform cuda.'],
      [4, 'INFO 03-23 05:01:16 [gpu_model_runner.py:1164] Starting to load model google/gemma-3-4b-it...'],
      [30, 'Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:31<00:31, 31.31s/it]'],
      [67, 'INFO 03-23 05:02:19 [loader.py:429] Loading weights took 62.67 seconds'],
      [67, 'INFO 03-23 05:02:19 [gpu_model_runner.py:1176] Model loading took 7.9083 GB and 63.438900 seconds'],
      [
        76,
        "INFO 03-23 05:02:28 [backends.py:409] Using cache directory: /x/.cache/vllm/torch_compile_cache/dde0/rank_0_0 for vLLM's torch.compile",
      ],
      [104, 'INFO 03-23 05:02:56 [backends.py:144] Compiling a graph for general shape takes 27.31 s'],
      [112, 'INFO 03-23 05:03:04 [monitor.py:33] torch.compile takes 34.61 s in total'],
      [113, 'INFO 03-23 05:03:05 [kv_cache_utils.py:537] GPU KV cache size: 28,704 tokens'],
      [138, 'INFO 03-23 05:03:30 [gpu_model_runner.py:1499] Graph capturing finished in 25 secs, took 1.58 GiB'],
      [140, 'INFO:     Application startup complete.'],
      [900, 'INFO:     127.0.0.1 - "GET /health HTTP/1.1" 200 OK'],
    ]),
  ).toEqual([
    { phase: 'boot', seconds: 4 },
    { phase: 'load', seconds: 63 },
    { phase: 'warm-up', seconds: 9 + 28 },
    { phase: 'compile', seconds: 36 },
  ])
})

test('vLLM 0.19 (April 2026): a download that the server reports afterwards, and graphs', () => {
  expect(
    phasesOf([
      [
        5,
        '(EngineCore pid=191) INFO 04-04 09:14:33 [gpu_model_runner.py:4735] Starting to load model ibm-granite/granite-embedding-english-r2...',
      ],
      [
        207,
        '(EngineCore pid=191) INFO 04-04 09:17:55 [weight_utils.py:581] Time spent downloading weights for ibm-granite/granite-embedding-english-r2: 201.441856 seconds',
      ],
      [208, 'Loading safetensors checkpoint shards: 100% Completed | 1/1 [00:00<00:00, 429.08it/s]'],
      [
        208,
        '(EngineCore pid=191) INFO 04-04 09:17:55 [gpu_model_runner.py:4820] Model loading took 0.28 GiB memory and 202.704861 seconds',
      ],
      [
        211,
        '(EngineCore pid=191) Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):   0%|          | 0/51 [00:00<?, ?it/s]',
      ],
      [211, '(EngineCore pid=191) INFO 04-04 09:17:58 [backends.py:1111] Dynamo bytecode transform time: 2.33 s'],
      [220, 'Capturing CUDA graphs (decode, FULL): 100%|██████████| 35/35 [00:00<00:00, 118.64it/s]'],
      [
        225,
        '(EngineCore pid=191) INFO 04-04 09:18:10 [gpu_model_runner.py:6046] Graph capturing finished in 2 secs, took 0.27 GiB',
      ],
      [226, '(APIServer pid=1) INFO:     Application startup complete.'],
    ]),
  ).toEqual([
    { phase: 'boot', seconds: 5 },
    { phase: 'download', seconds: 201.4 },
    { phase: 'load', seconds: 1.6 },
    { phase: 'warm-up', seconds: 4 },
    { phase: 'graphs', seconds: 5 },
    { phase: 'compile', seconds: 9 },
  ])
})

test('vLLM 0.22 (June 2026): the names of its newer lines, and FlashInfer', () => {
  expect(
    phasesOf([
      [10, '(Worker_TP0 pid=3) INFO 06-03 00:00:10 [gpu_model_runner.py:5037] Starting to load model model...'],
      [
        21,
        '(Worker_TP0 pid=3) INFO 06-03 00:00:21 [gpu_model_runner.py:5132] Model loading took 16.52 GiB memory and 11.250000 seconds',
      ],
      [
        30,
        '(Worker_TP0 pid=3) 2026-06-03 00:00:30,000 - INFO - autotuner.py:615 - flashinfer.jit: [Autotuner]: Autotuning process starts ...',
      ],
      [35, '[AutoTuner]: Tuning fp8_gemm: 100%|██████████| 21/21 [00:07<00:00,  2.86profile/s]'],
      [
        45,
        '(Worker_TP1 pid=4) 2026-06-03 00:00:45,500 - INFO - autotuner.py:634 - flashinfer.jit: [Autotuner]: Autotuning process ends',
      ],
      [
        46,
        '(Worker_TP0 pid=3) INFO 06-03 00:00:46 [monitor.py:53] torch.compile and initial profiling/warmup run together took 12.34 s in total',
      ],
      [
        60,
        '(Worker_TP0 pid=3) INFO 06-03 00:01:00 [gpu_model_runner.py:6456] Graph capturing finished in 18 secs, took 1.17 GiB',
      ],
      [
        62,
        '(EngineCore pid=2) INFO 06-03 00:01:02 [core.py:302] init engine (profile, create kv cache, warmup model) took 80.00 s (compilation: 12.34 s)',
      ],
    ]),
  ).toEqual([
    { phase: 'boot', seconds: 10 },
    { phase: 'load', seconds: 11 },
    { phase: 'warm-up', seconds: 9 + 17 },
    { phase: 'tune', seconds: 15 },
  ])
})

test('an image that the engine pulls is a phase, and so are bytes that arrive while the log is silent', () => {
  const phases = new StartPhases(0)
  phases.read("Unable to find image 'vllm/vllm-openai:v0.31.0' locally", 1000)
  expect(phases.progress(1000).phase).toBe('image')
  phases.read('9824c27679d3: Pull complete', 50_000)
  phases.read('INFO vLLM API server version 0.31.0', 60_000)
  phases.read('INFO [gpu_model_runner.py:5037] Starting to load model a/b...', 70_000)
  expect(phases.arrived(2e9, 80_000)).toBe(true)
  expect(phases.arrived(3e9, 90_000)).toBe(false)
  expect(phases.progress(95_000)).toEqual({
    phase: 'download',
    phaseMs: 15_000,
    totalMs: 95_000,
    share: null,
    bytes: 3e9,
  })
  phases.read('Loading safetensors checkpoint shards:  25% Completed | 1/4 [00:01<00:03,  1.66it/s]', 100_000)
  // another file of the repository that arrives while shards are read is no new download
  expect(phases.arrived(3.1e9, 101_000)).toBe(false)
  expect(phases.progress(102_000)).toMatchObject({ phase: 'load', share: 0.25, bytes: null })
  phases.read('INFO:     Application startup complete.', 110_000)
  phases.read('Capturing CUDA graphs', 120_000)
  expect(phases.progress(130_000).phase).toBe('ready')
  expect(phases.times(130_000).map(({ phase }) => phase)).toEqual(['boot', 'image', 'load', 'download'])
})
