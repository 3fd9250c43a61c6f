import { Command, Option } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import { vllmWordsIn } from './ask-flags.ts'
import type { Asked } from './asked.ts'
import { scenarioText } from './scenario-text.ts'
import { flagName, vllmFlags } from './vllm-flags.ts'
import { type Understood, understood } from './vllm-words.ts'

/** Command lines of `vllm bench serve`, as they are typed. */
function typed(line: string, own: Asked = {}): Understood {
  const command = new Command().exitOverride()
  for (const { spec } of vllmFlags) command.addOption(new Option(spec))
  command.parse(line.split(' '), { from: 'user' })
  return understood(vllmWordsIn(command.opts()), own)
}

const model = { name: 'llama-3.1-8b-instruct-fp8', label: 'Llama', from: '--model' }
const scenarioOf = ({ asked }: Understood) => {
  const { text, flagOf } = scenarioText(asked, model)
  return scenarioOfFlags(text, flagOf, catalogueNames)
}
const fields = ({ asked }: Understood) =>
  Object.fromEntries(Object.entries(asked).map(([key, { text }]) => [key, text]))

test('the usual command line', async () => {
  const line =
    '--backend vllm --base-url http://gpu1:8000 --dataset-name random --random-input-len 1024 --random-output-len 128 ' +
    '--max-concurrency 64 --num-prompts 500 --request-rate inf --ignore-eos --goodput ttft:500 tpot:50 e2el:9000 ' +
    '--save-result --result-dir out --percentile-metrics ttft,tpot --tokenizer x --trust-remote-code'
  const found = typed(line)
  expect(fields(found)).toEqual({
    api: 'completions',
    endpoint: 'http://gpu1:8000',
    inputTokens: '1024',
    outputTokens: '128',
    maxConcurrency: '64',
    prompts: '500',
    slo: 'ttft:500 tpot:50 e2el:9000',
  })
  expect(found.notes).toEqual([
    'not used: --tokenizer, --trust-remote-code: prompts are token ids, so that no tokenizer is needed',
    'not used: --save-result, --result-dir: every run is kept in the --out folder; report --format vllm prints the JSON of vllm bench serve',
    'not used: --percentile-metrics: the record of a run has p50, p90 and p99 of every latency',
  ])
  expect(await scenarioOf(found)).toMatchObject({
    load: { shape: 'closed', concurrency: 64 },
    prompt: { tokens: 1024, prefixCache: 'cold' },
    slo: { ttftMs: 500, tpotMs: 50, e2eMs: 9000 },
  })
})

test('chat by backend and path, the address by host and port', () => {
  const own = { endpoint: { flag: '--endpoint', text: '/v1/chat/completions' } }
  expect(fields(typed('--backend openai-chat --host ::1 --port 8001', own))).toEqual({
    api: 'chat',
    endpoint: 'http://[::1]:8001',
  })
  expect(fields(typed('--port 8001'))).toEqual({ endpoint: 'http://127.0.0.1:8001' })
})

describe('a rate', () => {
  const rated = (line: string) => {
    const own = { burstiness: { flag: '--burstiness', text: '0.5' } }
    return typed(line, own)
  }

  test('is an open loop, with the burstiness of vLLM and a bound of what is in flight', async () => {
    const found = rated('--request-rate 4 --max-concurrency 32')
    expect(await scenarioOf(found)).toMatchObject({
      load: { shape: 'open', ratePerS: 4, arrivals: 'gamma', burstiness: 0.5, maxInFlight: 32 },
    })
    expect(found.notes).toEqual([
      'a request that is due while 32 are in flight is counted as dropped, where vLLM delays it',
    ])
  })

  test('that is infinite has no burstiness', async () => {
    const found = rated('--request-rate inf --max-concurrency 8')
    expect(await scenarioOf(found)).toMatchObject({ load: { shape: 'closed', concurrency: 8 } })
    expect(found.notes).toEqual(['not used: --burstiness: it has a meaning with a rate only'])
  })
})

test.each([
  ['--num-prompts 100', 100],
  ['--num-prompts 1000', 256],
  ['--request-rate inf', 256],
])('all prompts at once: %s keeps %d in flight, and says so', async (line, concurrency) => {
  const found = typed(line)
  expect(await scenarioOf(found)).toMatchObject({ load: { shape: 'closed', concurrency } })
  expect(found.notes.join()).toContain(`no steady load: ${concurrency} are kept in flight`)
})

test('a prefix that all prompts share is added to their length', async () => {
  expect(await scenarioOf(typed('--random-prefix-len 100 --random-input-len 400'))).toMatchObject({
    prompt: { tokens: 500, prefixCache: 'shared:100' },
  })
})

test('a range of lengths is uniform, and sampling is stated', async () => {
  const line =
    '--random-input-len 100 --random-output-len 50 --random-range-ratio 0.25 --random-prefix-len 10 --top-p 0.9'
  expect(await scenarioOf(typed(line))).toMatchObject({
    prompt: { tokens: { distribution: 'uniform', min: 85, max: 135 }, prefixCache: 'shared:10' },
    output: { tokens: { distribution: 'uniform', min: 37, max: 63 } },
    sampling: { topP: 0.9 },
  })
  await expect(async () => scenarioOf(typed('--random-range-ratio 1'))).rejects.toThrow(
    '--random-range-ratio 1: expected a share of at least 0 and less than 1',
  )
  await expect(async () => scenarioOf(typed('--temperature -1'))).rejects.toThrow('--temperature: expected at least 0')
})

test.each([
  ['--backend tgi', '--backend tgi: expected one of vllm, openai, openai-chat'],
  [
    '--dataset-name sharegpt',
    '--dataset-name sharegpt: expected random; prompts of a file are asked for with --dataset FILE',
  ],
  ['--header a=b', '--header a=b: requests carry no other header than the key in OPENAI_API_KEY'],
  ['--use-beam-search', '--use-beam-search: one answer'],
  [
    '--random-input-len 8 --input-len 9',
    '--random-input-len 8 and --input-len 9 state the same thing; give one of them',
  ],
  ['--backend openai-chat', '--endpoint completions and --backend chat state the same thing'],
])('%s has no equal: one line', (line, said) => {
  const own = line === '--backend openai-chat' ? { endpoint: { flag: '--endpoint', text: '/v1/completions' } } : {}
  expect(() => typed(line, own)).toThrow(said)
})

test('every known flag either means something, or has a reason', () => {
  for (const flag of vllmFlags) {
    const [value = ''] = /<(\w+)/.exec(flag.spec)?.slice(1) ?? []
    expect(flagName(flag)).toMatch(/^--[a-z][a-z-]+$/)
    expect(flag.spec === flagName(flag) || value !== '').toBe(true)
  }
})
