import { modelByKey } from '../catalogue/own-models.ts'
import type { Model } from '../catalogue/types.ts'
import { inFormat } from '../catalogue/weight-formats.ts'
import {
  cloudrift,
  club3090,
  databasemart,
  gigagpu4090,
  gigagpu5090,
  gpustack,
  mlc,
  musgrave,
  mushfiq,
  type Origin,
  type PublicMeasurement,
  redHat,
  tenstorrent,
  treeru,
  vllm5090,
  yobitel,
} from './public-sources.ts'

type Row = Omit<PublicMeasurement, keyof Origin | 'gpus' | 'meanPowerW' | 'note'> &
  Partial<Pick<PublicMeasurement, 'gpus' | 'meanPowerW' | 'note'>>

/** The rows of one source: what they share is stated once. */
const from = (origin: Origin, rows: readonly Row[]): PublicMeasurement[] =>
  rows.map((row) => ({ gpus: 1, meanPowerW: null, note: null, ...origin, ...row }))

/** One stream of unknown lengths. */
const single = { concurrency: 1, promptTokens: null, outputTokens: null } as const
const streams = (
  concurrency: number | null,
  promptTokens: number | null = null,
  outputTokens: number | null = null,
) => ({
  concurrency,
  promptTokens,
  outputTokens,
})

const clientBound = 'more streams give less: the client of this test is the likely limit'
const newsSummaries = 'MLPerf Inference 5.1, offline: all summaries are offered at once, at most 128 tokens each'

/** The 31 rows, by source. */
export const publicMeasurements: readonly PublicMeasurement[] = [
  ...from(treeru, [
    { id: 'qwen3-4b-bf16-pro6000', model: 'qwen3-4b', format: 'bf16', load: single, tokensPerS: 208.1 },
    { id: 'qwen3-4b-awq-pro6000', model: 'qwen3-4b', format: 'awq-int4', load: single, tokensPerS: 391.2 },
    { id: 'qwen3-8b-awq-pro6000', model: 'qwen3-8b', format: 'awq-int4', load: single, tokensPerS: 208 },
    { id: 'qwen3-8b-bf16-pro6000', model: 'qwen3-8b', format: 'bf16', load: single, tokensPerS: 90.8 },
    { id: 'qwen3-14b-awq-pro6000', model: 'qwen3-14b', format: 'awq-int4', load: single, tokensPerS: 136.1 },
    { id: 'qwen3-14b-bf16-pro6000', model: 'qwen3-14b', format: 'bf16', load: single, tokensPerS: 53.2 },
    { id: 'qwen3-32b-awq-pro6000', model: 'qwen3-32b', format: 'awq-int4', load: single, tokensPerS: 70.2 },
    { id: 'qwen3-32b-bf16-pro6000', model: 'qwen3-32b', format: 'bf16', load: single, tokensPerS: 23.9 },
  ]),
  ...from(club3090, [
    {
      id: 'qwen3-4b-fp8-4090',
      model: 'qwen3-4b',
      format: 'fp8',
      load: single,
      tokensPerS: 138,
      meanPowerW: 246,
      note: 'the same at each power limit from 240 to 300 W; SM clock 2820 MHz, memory clock 10251 MHz (P2)',
    },
  ]),
  ...from(
    mushfiq,
    (
      [
        [4, 210],
        [8, 377],
        [16, 644],
        [32, 975],
        [48, 1190],
      ] as const
    ).map(([concurrency, tokensPerS]) => ({
      id: `mistral-7b-bf16-4090-c${concurrency}`,
      model: 'mistral-7b-instruct-v0.3',
      format: 'bf16',
      load: streams(concurrency, 256, 128),
      tokensPerS,
      note: '300 requests; the rate of the whole test, its end included',
    })),
  ),
  ...from(mlc, [
    {
      id: 'llama-2-7b-int4-4090',
      model: 'llama-2-7b-chat',
      format: 'awq-int4',
      load: single,
      tokensPerS: 191,
      note: 'the 4-bit format of MLC, groups of 32, output head included; close to AWQ in size',
    },
  ]),
  ...from(databasemart, [
    {
      id: 'llama-3.1-8b-fp16-4090',
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(null, 100, 600),
      tokensPerS: 2376,
      note: 'DeepSeek-R1-Distill-Llama-8B; 300 requests offered at once; 3.96 requests/s x 600 tokens',
    },
  ]),
  ...from(gigagpu4090, [
    {
      id: 'llama-3.1-8b-fp8-4090-b8',
      model: 'llama-3.1-8b-instruct',
      format: 'fp8',
      load: streams(8),
      tokensPerS: 880,
      note: 'page of a vendor; 91 % of the limit at 8 streams beside 31 % at 32 is no curve of one card: doubtful',
    },
  ]),
  ...from(vllm5090, [
    {
      id: 'llama-3.1-8b-fp8-5090',
      model: 'llama-3.1-8b-instruct',
      format: 'fp8',
      load: streams(null, 200, 200),
      tokensPerS: 5418,
      note: '100 requests/s offered, at most 800 in flight',
    },
    {
      id: 'llama-3.1-8b-fp16-5090',
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(null, 200, 200),
      tokensPerS: 3708,
      note: '100 requests/s offered, at most 800 in flight',
    },
  ]),
  ...from(gigagpu5090, [
    {
      id: 'llama-3-8b-fp16-5090-b1',
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(1, 512, 256),
      tokensPerS: 100,
      note: 'page of a vendor, a round number; its 160 tokens/s at 8 streams is not used',
    },
  ]),
  ...from(
    yobitel,
    (
      [
        [1, 154, 'TPOT 6.48 ms'],
        [4, 580, 'TPOT 6.59 ms'],
        [16, 1384, clientBound],
        [64, 1312, clientBound],
      ] as const
    ).map(([concurrency, tokensPerS, note]) => ({
      id: `llama-3.1-8b-fp16-h100-c${concurrency}`,
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(concurrency),
      tokensPerS,
      note,
    })),
  ),
  ...from(gpustack, [
    {
      id: 'qwen3-8b-bf16-h100',
      model: 'qwen3-8b',
      format: 'bf16',
      load: single,
      tokensPerS: 120,
      note: 'about: 1.66 s per ShareGPT request, of the server before any optimisation',
    },
  ]),
  ...from(redHat, [
    {
      id: 'llama-3.1-8b-fp8-h100-mlperf',
      model: 'llama-3.1-8b-instruct',
      format: 'fp8',
      load: streams(null, null, 128),
      tokensPerS: 5777,
      note: newsSummaries,
    },
  ]),
  ...from({ ...redHat, card: 'l40s' }, [
    {
      id: 'llama-3.1-8b-fp8-l40s-mlperf',
      model: 'llama-3.1-8b-instruct',
      format: 'fp8',
      load: streams(null, null, 128),
      tokensPerS: 1642,
      note: newsSummaries,
    },
  ]),
  ...from(musgrave, [
    {
      id: 'llama-3.1-8b-bf16-a100-c1',
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(1, 1024, 128),
      tokensPerS: 75,
    },
    {
      id: 'llama-3.1-8b-bf16-a100-c8',
      model: 'llama-3.1-8b-instruct',
      format: 'bf16',
      load: streams(8, 1024, 128),
      tokensPerS: 495,
    },
  ]),
  ...from(tenstorrent, [
    {
      id: 'qwen2.5-72b-bf16-2xh100',
      gpus: 2,
      model: 'qwen2.5-72b-instruct-fp8',
      format: 'bf16',
      load: streams(1, 128, 1024),
      tokensPerS: 32.3,
      note: 'TPOT 30.9 ms, nearly the same up to 8192 tokens of prompt',
    },
  ]),
  ...from(cloudrift, [
    {
      id: 'llama-3.3-70b-awq-pro6000',
      model: 'llama-3.1-70b-instruct',
      format: 'awq-int4',
      load: streams(null, 1000, 1000),
      tokensPerS: 516,
      note: '400 requests offered at once; the KV cache is full and requests wait; TPOT 211 ms',
    },
  ]),
]

/** The model that a row served, in its format. Throws for a row whose model the catalogue lacks. */
export function measuredModel({ model: key, format }: PublicMeasurement): Model {
  const model = modelByKey(key)
  if (model === null) throw new Error(`${key} is not in the catalogue`)
  return inFormat(model, format)
}
