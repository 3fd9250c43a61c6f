import type { RenderedFile, Report } from '../report.ts'
import type { Spread, VllmBenchTrial } from '../vllm-bench/trial-summary.ts'
import { printable } from './plain-text.ts'

const WIDTH = 50
const LABEL = 40

const latencyParts = [
  ['ttftMs', 'ttft', 'TTFT', 'Time to First Token'],
  ['tpotMs', 'tpot', 'TPOT', 'Time per Output Token (excl. 1st token)'],
  ['itlMs', 'itl', 'ITL', 'Inter-token Latency'],
  ['e2elMs', 'e2el', 'E2EL', 'End-to-end Latency'],
] as const

/** Summaries in the format of `vllm bench serve`, one per trial, for a screen. */
export function vllmBenchText(report: Report): string {
  const all = report.vllmBench ?? []
  if (all.length === 0)
    return 'No rows of text requests were read, so there is no summary in the format of `vllm bench serve`.\n'
  return `${all.map(summaryOf).join('\n\n')}\n\n${notes.join('\n')}\n`
}

/** The summaries as a file, and each trial's JSON with the keys of `vllm bench serve --save-result`. */
export function renderVllmBench(report: Report): RenderedFile[] {
  return [
    { name: 'vllm.txt', text: vllmBenchText(report) },
    ...(report.vllmBench ?? []).map((at) => ({
      name: `vllm/${at.runId.replace(/[^a-zA-Z0-9._-]/g, '-')}-trial-${at.trial}.json`,
      text: `${JSON.stringify(vllmBenchJson(at), null, 2)}\n`,
    })),
  ]
}

const notes = [
  'Whole trials including ramp-up and drain, by the definitions of `vllm bench serve`. The other formats report the steady window.',
  'Peak output token throughput counts tokens; vLLM counts chunks. ITL is computed from 0.5 % buckets.',
]

function summaryOf(at: VllmBenchTrial): string {
  const perS = (count: number) => (at.durationS === null ? null : count / at.durationS)
  const stamp = at.simulated ? 'SIMULATED, ' : ''
  const rows: (readonly [string, string] | null)[] = [
    ['Successful requests:', whole(at.completed)],
    ['Failed requests:', whole(at.failed)],
    at.maxConcurrency === null ? null : ['Maximum request concurrency:', whole(at.maxConcurrency)],
    at.requestRate === null ? null : ['Request rate configured (RPS):', hundredths(at.requestRate)],
    ['Benchmark duration (s):', hundredths(at.durationS)],
    ['Total input tokens:', whole(at.inputTokens)],
    ['Total generated tokens:', whole(at.outputTokens)],
    ['Request throughput (req/s):', hundredths(perS(at.completed))],
    at.good === null ? null : ['Request goodput (req/s):', hundredths(perS(at.good))],
    ['Output token throughput (tok/s):', hundredths(perS(at.outputTokens))],
    ['Peak output token throughput (tok/s):', hundredths(at.peakTokensPerS)],
    ['Peak concurrent requests:', hundredths(at.peakConcurrent)],
    ['Total token throughput (tok/s):', hundredths(perS(at.inputTokens + at.outputTokens))],
  ]
  const lines = rows.flatMap((row) => (row === null ? [] : [lineOf(...row)]))
  const latencies = latencyParts.flatMap(([key, , short, title]) => [
    centred(title, '-'),
    ...(['mean', 'median', 'p99'] as const).map((which) =>
      lineOf(`${which === 'p99' ? 'P99' : capital(which)} ${short} (ms):`, hundredths(at[key][which])),
    ),
  ])
  return [
    `${stamp}${printable(at.runId)}, trial ${at.trial} of ${at.trials}`,
    centred(' Serving Benchmark Result ', '='),
    ...lines,
    ...latencies,
    '='.repeat(WIDTH),
  ].join('\n')
}

const lineOf = (label: string, value: string): string => `${label.padEnd(LABEL)} ${value.padEnd(10)}`
const whole = (value: number): string => String(value)
const hundredths = (value: number | null): string => (value === null ? '—' : value.toFixed(2))
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function centred(title: string, fill: string): string {
  const left = Math.floor((WIDTH - title.length) / 2)
  return `${fill.repeat(left)}${title}${fill.repeat(WIDTH - title.length - left)}`
}

/** One trial with the keys of vLLM's result file. Unknown values (`tokenizer_id`) are null. */
export function vllmBenchJson(at: VllmBenchTrial): Record<string, string | number | boolean | null> {
  const perS = (count: number | null) => (at.durationS === null || count === null ? null : count / at.durationS)
  const spread = (name: string, { mean, median, std, p99 }: Spread) => ({
    [`mean_${name}_ms`]: mean,
    [`median_${name}_ms`]: median,
    [`std_${name}_ms`]: std,
    [`p99_${name}_ms`]: p99,
  })
  return {
    date: at.startedAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 15),
    endpoint_type: 'joulemark',
    backend: 'joulemark',
    label: printable(at.runId),
    model_id: printable(at.modelId),
    tokenizer_id: null,
    num_prompts: at.completed + at.failed,
    request_rate: at.requestRate ?? 'inf',
    burstiness: at.burstiness,
    max_concurrency: at.maxConcurrency,
    simulated: at.simulated,
    duration: at.durationS,
    completed: at.completed,
    failed: at.failed,
    total_input_tokens: at.inputTokens,
    total_output_tokens: at.outputTokens,
    request_throughput: perS(at.completed),
    request_goodput: perS(at.good),
    output_throughput: perS(at.outputTokens),
    total_token_throughput: perS(at.inputTokens + at.outputTokens),
    max_output_tokens_per_s: at.peakTokensPerS,
    max_concurrent_requests: at.peakConcurrent,
    ...Object.assign({}, ...latencyParts.map(([key, name]) => spread(name, at[key]))),
  }
}
