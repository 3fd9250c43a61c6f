import type { Model } from '../catalogue/types.ts'

/**
 * Token rates that others measured and published, in our words. No limit may call one of them impossible, and what is
 * expected is compared with them. They are no vetted runs: most sources state neither driver nor number of trials.
 */
export interface PublicMeasurement {
  readonly id: string
  /** Key of the catalogue; where the source names a family of editions, the one that it most likely means. */
  readonly card: string
  readonly gpus: number
  /** Key of a model of the same shape; `format` is that of the weights served. */
  readonly model: string
  readonly format: Model['weightFormat']
  readonly engine: string
  readonly load: {
    /** Requests in flight; null where the source states only what was offered. */
    readonly concurrency: number | null
    readonly promptTokens: number | null
    readonly outputTokens: number | null
  }
  /** Output tokens/s of all streams together; for one stream its decode rate. */
  readonly tokensPerS: number
  readonly meanPowerW: number | null
  readonly source: string
  /** Date of publication, where the source states one. */
  readonly published: string | null
  /** What the source adds, and what is unusual about the value. */
  readonly note: string | null
}

/** What all rows of one source share. */
export type Origin = Pick<PublicMeasurement, 'card' | 'engine' | 'source' | 'published'>

export const treeru: Origin = {
  card: 'rtx-pro-6000-workstation',
  engine: 'SGLang 0.5.8',
  source: 'https://treeru.com/en/blog/awq-quantization-speed-comparison',
  published: '2026-02-26',
}
export const club3090: Origin = {
  card: 'rtx-4090',
  engine: 'vLLM',
  source: 'https://github.com/noonghunna/club-3090/issues/697',
  published: '2026-07-13',
}
export const mushfiq: Origin = {
  card: 'rtx-4090',
  engine: 'vLLM',
  source:
    'https://mushfiqrahman.dev/benchmarking-mistral-7b-on-rtx-4090-vllm-concurrency-latency-and-capacity-planning/',
  published: null,
}
export const mlc: Origin = {
  card: 'rtx-4090',
  engine: 'MLC LLM, CUDA 11.8',
  source: 'https://github.com/mlc-ai/llm-perf-bench/pull/1',
  published: '2023-08-05',
}
export const databasemart: Origin = {
  card: 'rtx-4090',
  engine: 'vLLM',
  source: 'https://www.databasemart.com/blog/vllm-gpu-benchmark-rtx4090',
  published: null,
}
export const gigagpu4090: Origin = {
  card: 'rtx-4090',
  engine: 'vLLM 0.6.4',
  source: 'https://gigagpu.com/?p=34196',
  published: null,
}
export const vllm5090: Origin = {
  card: 'rtx-5090',
  engine: 'vLLM, built for compute capability 12.0',
  source: 'https://github.com/vllm-project/vllm/issues/16515',
  published: '2025-05-19',
}
export const gigagpu5090: Origin = {
  card: 'rtx-5090',
  engine: 'llama.cpp or vLLM',
  source: 'https://gigagpu.com/?p=11106',
  published: null,
}
export const yobitel: Origin = {
  card: 'h100-sxm',
  engine: 'vLLM 0.21',
  source: 'https://github.com/yobitelcomm/bench',
  published: null,
}
export const gpustack: Origin = {
  card: 'h100-sxm',
  engine: 'vLLM 0.11.0',
  source: 'https://docs.gpustack.ai/latest/performance-lab/qwen3-8b/h100-latency/',
  published: null,
}
export const redHat: Origin = {
  card: 'h100-sxm',
  engine: 'vLLM 0.10.0',
  source:
    'https://www.redhat.com/en/blog/efficient-and-reproducible-llm-inference-red-hat-mlperf-inference-v51-results',
  published: '2025-09-09',
}
export const musgrave: Origin = {
  card: 'a100-40gb',
  engine: 'vLLM 0.23.0',
  source: 'https://johnmusgrave.com/p/vllm-throughput-latency-sweep-on',
  published: null,
}
export const tenstorrent: Origin = {
  card: 'h100-sxm',
  engine: 'vLLM',
  source: 'https://github.com/tenstorrent/tt-inference-server/issues/143',
  published: '2025-04-01',
}
export const cloudrift: Origin = {
  card: 'rtx-pro-6000-workstation',
  engine: 'vLLM',
  source: 'https://github.com/cloudrift-ai/server-benchmark',
  published: '2025-10-08',
}
