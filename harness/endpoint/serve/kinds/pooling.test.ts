import { expect, test } from 'vitest'
import { type Scenario, scenarioSchema } from '../../../scenario/schema.ts'
import { launchPlan } from '../launch-plan.ts'
import { shellLine } from '../plan.ts'

const options = { port: 8000, gpus: [], tag: 'v1', cacheDir: '/cache' }
const scenario = (over: object): Scenario =>
  scenarioSchema.parse({
    name: 'some-texts',
    title: 'Texts',
    kind: 'embeddings',
    model: 'qwen3-embedding-8b',
    load: { shape: 'closed', concurrency: 8 },
    texts: { tokens: 512, perRequest: 16 },
    ...over,
  })

test('texts are served by vLLM with its pooling runner, and the context has room for more than a text', () => {
  const plan = launchPlan(scenario({}), 'rtx-4090', options)
  expect(plan).toMatchObject({
    kind: 'server',
    runtime: 'pooling',
    repository: 'Qwen/Qwen3-Embedding-8B',
    corrections: [],
  })
  expect(plan.refusal).toBeNull()
  expect(shellLine(plan.argv)).toBe(
    [
      'docker run --rm',
      '--name joulemark-8000',
      '--gpus all',
      '--ipc=host',
      '-p 127.0.0.1:8000:8000',
      '-v /cache:/root/.cache/huggingface',
      '--env HF_HOME=/root/.cache/huggingface',
      '--env HF_TOKEN',
      'vllm/vllm-openai:v1',
      '--model Qwen/Qwen3-Embedding-8B',
      '--runner pooling',
      '--max-model-len 640',
      '--gpu-memory-utilization 0.92',
    ].join(' \\\n  '),
  )
})

test('a reranker reads the query with each document', () => {
  const texts = { tokens: 480, perRequest: 50, queryTokens: 32 }
  const plan = launchPlan(scenario({ api: 'rerank', texts, model: 'bge-reranker-v2-m3' }), 'rtx-4090', options)
  expect(plan.argv).toEqual(expect.arrayContaining(['--max-model-len', '640']))
})

test('a model that is not described is served by its name, and nothing is said of its memory', () => {
  const plan = launchPlan(scenario({ model: 'my-org/my-encoder' }), 'rtx-4090', options)
  expect(plan).toMatchObject({
    model: 'my-org/my-encoder',
    repository: 'my-org/my-encoder',
    weightsBytes: null,
    fit: null,
  })
  expect(plan.argv).toEqual(expect.arrayContaining(['--model', 'my-org/my-encoder', '--runner', 'pooling']))
})

test('no room is asked for beyond what the model reads', () => {
  const plan = launchPlan(scenario({ model: 'bge-m3', texts: { tokens: 8000 } }), 'rtx-4090', options)
  expect(plan).toMatchObject({ corrections: [], refusal: null })
  expect(plan.argv).toEqual(expect.arrayContaining(['--max-model-len', '8192']))
})

test('what cannot work is refused with the numbers', () => {
  const long = launchPlan(scenario({ texts: { tokens: 50_000 } }), 'h100-sxm', options)
  expect(long.refusal).toBe('a text of 50000 tokens is longer than the 40960 that the model reads')
  const large = launchPlan(scenario({ model: 'qwen3-32b' }), 'rtx-4090', options)
  expect(large.refusal).toMatch(/^65\.5 GB of weights, 1\.8 GB of overhead .* do not fit into 23\.\d GB of RTX 4090$/)
})
