import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readSamples, type Sample } from '../../endpoint/metrics/prometheus-text.ts'
import { readMetricsPage } from '../../endpoint/metrics/server-metrics.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const page = readFileSync(new URL('../../testing/fixtures/vllm-metrics/vllm-0.32.txt', import.meta.url), 'utf8')
const part = (name: string) =>
  page
    .split('\n')
    .filter((line) => line.includes(name))
    .slice(0, 12)
    .join('\n')

/** A page at /metrics: what was read, written in the format and read again is the same. */
export const prometheusTarget: FuzzTarget = {
  name: 'prometheus',
  holds: 'samples that are written in the format are read back the same; no reading of a page is infinite',
  covers: ['endpoint/metrics/prometheus-text.ts', 'endpoint/metrics/server-metrics.ts'],
  seeds: [
    Buffer.from(part('cache_config_info')),
    Buffer.from(part('time_to_first_token')),
    Buffer.from(part('tokens_total')),
    Buffer.from('a_total{x="1",y="q\\"}\\n"} 17.0 1520879607.789 # {trace_id="K"} 0.67\na_created 1.5e9\n# EOF\n'),
  ],
  dictionary: [
    'vllm:',
    'sglang:',
    'llamacpp:tokens_predicted',
    'trtllm_',
    'tgi_',
    '{',
    '}',
    '="',
    '",',
    '\\"',
    '\\n',
    '\\\\',
    ' NaN',
    ' +Inf',
    ' 1e400',
    ' # {',
    'engine="0"',
    'le="0.001"',
    'model_name="m"',
    'num_requests_running',
    '_total',
    '\x1b[2J',
    '\xe2\x80\xae',
  ],
  check(input) {
    const text = input.toString('utf8')
    const samples = readSamples(text)
    assert.deepEqual(readSamples(samples.map(written).join('\n')), samples, 'samples: differ when they are read again')
    const { reading, startedAtS } = readMetricsPage(text)
    for (const [name, value] of Object.entries({ ...reading.values, ...reading.requestsByReason })) {
      assert.ok(Number.isFinite(value), `reading: ${name} is ${String(value)}`)
    }
    assert.ok(startedAtS === null || Number.isFinite(startedAtS), `start: ${startedAtS}`)
  },
}

function written({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  const number = Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf'
  return `${name}{${pairs.join(',')}} ${number}`
}
