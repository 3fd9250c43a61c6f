import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { renderVllmBench, vllmBenchJson, vllmBenchText } from '../render/vllm-summary.ts'
import { makeReport } from '../testing/report-builder.ts'
import { makeRequest, makeRows, makeTrial } from '../testing/rows-builder.ts'
import { vllmBenchTrials } from './trial-summary.ts'

const run = makeRun({
  card: 'rtx-4090',
  source: 'simulated',
  trialList: [makeTrial(0, 0, [0, 2000], 2100)],
  slo: { ttftMs: 15, tpotMs: 10 },
})
const rows = makeRows(
  [
    makeRequest({ dispatchedMs: 0 }),
    makeRequest({ dispatchedMs: 500, firstChunkMs: 520 }),
    makeRequest({ dispatchedMs: 1890, outcome: 'timeout', outputTokens: null, endMs: 2000 }),
  ],
  {
    gaps: [
      { trial: 0, gapMs: 10, count: 3 },
      { trial: 0, gapMs: 30, count: 1 },
    ],
    tokens: [
      { trial: 0, binStartMs: 100, tokens: 11 },
      { trial: 0, binStartMs: 600, tokens: 11 },
    ],
  },
)
const [summary] = vllmBenchTrials(run, rows)

test('the figures are those of vLLM: the whole trial, first chunk, population deviation', () => {
  expect(summary).toMatchObject({ completed: 2, failed: 1, durationS: 2, inputTokens: 64, outputTokens: 22 })
  expect(summary!.ttftMs).toEqual({ mean: 15, std: 5, median: 15, p99: 19.9, n: 2 })
  // (110 - 10) / 10 and (110 - 20) / 10
  expect(summary!.tpotMs).toMatchObject({ mean: 9.5, std: 0.5 })
  expect(summary!.itlMs).toMatchObject({ mean: 15, median: 10, p99: 10, n: 4 })
  expect(summary).toMatchObject({ good: 1, peakTokensPerS: 22, peakConcurrent: 2 })
})

test('the JSON has the keys of vLLM, flat', () => {
  expect(vllmBenchJson(summary!)).toMatchObject({
    completed: 2,
    duration: 2,
    request_throughput: 1,
    request_goodput: 0.5,
    output_throughput: 11,
    total_token_throughput: 43,
    request_rate: 'inf',
    max_concurrency: 32,
    mean_ttft_ms: 15,
    median_tpot_ms: 9.5,
    std_e2el_ms: 0,
    p99_itl_ms: 10,
    simulated: true,
  })
})

test('the box is the one that people know, and says where its numbers come from', () => {
  const report = { ...makeReport(), vllmBench: [summary!] }
  const lines = vllmBenchText(report).split('\n')
  expect(lines.slice(0, 8)).toEqual([
    `SIMULATED, ${run.id}, trial 1 of 1`,
    '============ Serving Benchmark Result ============',
    'Successful requests:                     2         ',
    'Failed requests:                         1         ',
    'Maximum request concurrency:             32        ',
    'Benchmark duration (s):                  2.00      ',
    'Total input tokens:                      64        ',
    'Total generated tokens:                  22        ',
  ])
  expect(lines).toContain('---------------Time to First Token----------------')
  expect(lines).toContain('-----Time per Output Token (excl. 1st token)------')
  expect(lines).toContain('Mean TTFT (ms):                          15.00     ')
  expect(renderVllmBench(report).map(({ name }) => name)).toEqual(['vllm.txt', `vllm/${run.id}-trial-1.json`])
})

test('without rows there is nothing to say, and it is said', () => {
  expect(vllmBenchTrials(run, makeRows([]))).toEqual([])
  expect(vllmBenchText(makeReport())).toContain('No rows of text requests were read')
})
