import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MODEL } from '../../load/loopback/exact-answer.ts'
import { known, OUTPUT_TOKENS, type PeerLoad, PROMPT_TOKENS, type Tool } from './peer-load.ts'

/** The benchmark clients of others, as Python packages on this machine; none is ever installed. */

const requests = (load: PeerLoad): number => load.streams * load.requestsPerStream
/** A download would be measured as part of the tool. AIPerf takes no folder as its tokenizer when it is offline. */
const OFFLINE = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', VLLM_LOGGING_LEVEL: 'ERROR' }

/**
 * The other clients whose packages one of the interpreters has. The tokenizer that they require is a folder on this
 * machine; without one they are skipped.
 */
export function peersOn(pythons: readonly string[], tokenizer: string | null): { tools: Tool[]; absent: string[] } {
  const tools: Tool[] = []
  const absent: string[] = []
  for (const [name, make] of Object.entries(makers)) {
    const found = tokenizer === null ? undefined : pythons.flatMap((python) => make(python, tokenizer) ?? [])[0]
    if (found) tools.push(found)
    else absent.push(`${name}: ${tokenizer === null ? 'no --tokenizer' : `not installed for ${pythons.join(', ')}`}`)
  }
  return { tools, absent }
}

type Maker = (python: string, tokenizer: string) => Tool | null

/** Version of a Python package by what it says itself, or null if it cannot be imported. */
function versionOf(python: string, expression: string): string | null {
  try {
    const env = { ...process.env, ...OFFLINE }
    return (
      execFileSync(python, ['-c', expression], { env, stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim()
        .split('\n')
        .at(-1) ?? null
    )
  } catch {
    return null
  }
}
const metadataVersion = (name: string): string => `import importlib.metadata as m; print(m.version("${name}"))`

const makers: Readonly<Record<string, Maker>> = {
  'vllm bench serve': (python, tokenizer) => {
    const version = versionOf(python, 'import vllm.benchmarks.serve, vllm; print(vllm.__version__)')
    if (version === null) return null
    return {
      name: 'vllm bench serve',
      version,
      env: OFFLINE,
      command: (load, url, folder) => [
        python,
        fileURLToPath(new URL('vllm_bench.py', import.meta.url)),
        '--backend',
        'openai',
        '--base-url',
        url,
        '--endpoint',
        '/v1/completions',
        '--model',
        MODEL,
        '--tokenizer',
        tokenizer,
        '--dataset-name',
        'random',
        '--random-input-len',
        `${PROMPT_TOKENS}`,
        '--random-output-len',
        `${OUTPUT_TOKENS}`,
        '--ignore-eos',
        '--num-prompts',
        `${requests(load)}`,
        '--max-concurrency',
        `${load.streams}`,
        ...(load.rampSeconds > 0 ? ['--request-rate', `${load.streams / load.rampSeconds}`] : []),
        '--percentile-metrics',
        'ttft,itl',
        '--metric-percentiles',
        '50,99',
        '--save-result',
        '--result-dir',
        folder,
        '--result-filename',
        'result.json',
        '--disable-tqdm',
      ],
      read(folder, readText) {
        const result = JSON.parse(readText(join(folder, 'result.json')))
        return {
          ttftP50Ms: known(result.median_ttft_ms),
          ttftP99Ms: known(result.p99_ttft_ms),
          gapP50Ms: known(result.median_itl_ms),
          gapP99Ms: known(result.p99_itl_ms),
          tokensPerS: known(result.output_throughput),
          says: '',
        }
      },
    }
  },
  GuideLLM: (python, tokenizer) => {
    const version = versionOf(python, `import guidellm; ${metadataVersion('guidellm')}`)
    if (version === null) return null
    return {
      name: 'GuideLLM',
      version,
      env: OFFLINE,
      command: (load, url, folder) => [
        join(dirname(python), 'guidellm'),
        'run',
        '--backend',
        `kind=openai_http,target=${url},model=${MODEL},request_format=/v1/completions`,
        '--profile',
        `kind=concurrent,streams=${load.streams},rampup_duration=${load.rampSeconds}`,
        '--constraint',
        `kind=max_requests,count=${requests(load)}`,
        '--data',
        `kind=synthetic_text,prompt_tokens=${PROMPT_TOKENS},output_tokens=${OUTPUT_TOKENS}`,
        '--tokenizer',
        `kind=huggingface_auto,model=${tokenizer}`,
        '--output',
        `kind=json,path=${join(folder, 'guidellm.json')}`,
        '--disable-console',
      ],
      read(folder, readText) {
        const [benchmark] = JSON.parse(readText(join(folder, 'guidellm.json'))).benchmarks
        const { metrics } = benchmark
        const of = (name: string) => metrics[name].successful
        return {
          ttftP50Ms: known(of('time_to_first_token_ms').percentiles.p50),
          ttftP99Ms: known(of('time_to_first_token_ms').percentiles.p99),
          gapP50Ms: known(of('inter_token_latency_ms').percentiles.p50),
          gapP99Ms: known(of('inter_token_latency_ms').percentiles.p99),
          tokensPerS: known(of('output_tokens_per_second').mean),
          says: '',
        }
      },
    }
  },
  AIPerf: (python, tokenizer) => {
    const version = versionOf(python, `import aiperf; ${metadataVersion('aiperf')}`)
    if (version === null) return null
    return {
      name: 'AIPerf',
      version,
      command: (load, url, folder) => [
        join(dirname(python), 'aiperf'),
        'profile',
        '--model',
        MODEL,
        '--url',
        url,
        '--endpoint-type',
        'completions',
        '--streaming',
        '--concurrency',
        `${load.streams}`,
        '--request-count',
        `${requests(load)}`,
        '--tokenizer',
        tokenizer,
        '--isl',
        `${PROMPT_TOKENS}`,
        '--osl',
        `${OUTPUT_TOKENS}`,
        '--use-legacy-max-tokens',
        '--use-server-token-count',
        '--extra-inputs',
        'ignore_eos:true',
        '--artifact-dir',
        join(folder, 'aiperf'),
        '--ui',
        'none',
        ...(load.rampSeconds > 0 ? ['--concurrency-ramp-duration', `${load.rampSeconds}`] : []),
      ],
      read(folder, readText) {
        const result = JSON.parse(readText(join(folder, 'aiperf', 'profile_export_aiperf.json')))
        // its inter-token latency is a mean per request: this is the gap between two chunks
        const gap = result.inter_chunk_latency
        return {
          ttftP50Ms: known(result.time_to_first_token?.p50),
          ttftP99Ms: known(result.time_to_first_token?.p99),
          gapP50Ms: known(gap?.p50),
          gapP99Ms: known(gap?.p99),
          tokensPerS: known(result.output_token_throughput?.avg),
          says: '',
        }
      },
    }
  },
}
