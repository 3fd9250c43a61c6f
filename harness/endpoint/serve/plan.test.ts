import { expect, test } from 'vitest'
import { addOwnModels, describedModel } from '../../catalogue/own-models.ts'
import { type Scenario, scenarioSchema } from '../../scenario/schema.ts'
import { launchPlan } from './launch-plan.ts'
import { type ServeOptions, type ServePlan, shellLine } from './plan.ts'

const options: ServeOptions = { port: 8000, gpus: [], tag: 'latest', cacheDir: '/home/me/.cache/huggingface' }
const scenario = (over: object = {}): Scenario =>
  scenarioSchema.parse({
    name: 'some-scenario',
    title: 'Some scenario',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    server: { maxModelLen: 16_384, kvCacheDtype: 'fp8_e4m3' },
    load: { shape: 'closed', concurrency: 32 },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    ...over,
  })

const launchServer = (...given: Parameters<typeof launchPlan>): ServePlan => launchPlan(...given) as ServePlan

test("the line, in the article's form", () => {
  const plan = launchPlan(scenario(), 'rtx-4090', options)
  expect(plan).toMatchObject({ corrections: [], refusal: null, containerName: 'joulemark-8000' })
  expect(shellLine(plan.argv)).toBe(
    [
      'docker run --rm',
      '--name joulemark-8000',
      '--gpus all',
      '--ipc=host',
      '-p 127.0.0.1:8000:8000',
      '-v /home/me/.cache/huggingface:/root/.cache/huggingface',
      '--env HF_HOME=/root/.cache/huggingface',
      '--env HF_TOKEN',
      'vllm/vllm-openai:latest',
      '--model neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8',
      '--kv-cache-dtype fp8_e4m3',
      '--max-model-len 16384',
      '--max-num-seqs 32',
      '--gpu-memory-utilization 0.92',
      '--enable-prompt-tokens-details',
    ].join(' \\\n  '),
  )
})

test('several GPUs and tensor parallel', () => {
  const server = { maxModelLen: 32_768, tensorParallel: 2, gpuMemoryUtilization: 0.9 }
  const gpus = ['GPU-a', 'GPU-b']
  const model = 'llama-3.1-70b-instruct'
  const plan = launchPlan(scenario({ model, server }), 'rtx-pro-6000-max-q', { ...options, gpus })
  expect(plan.argv).toEqual(expect.arrayContaining(['"device=GPU-a,GPU-b"', '--tensor-parallel-size', '2']))
  expect(shellLine(plan.argv)).toContain(`--gpus '"device=GPU-a,GPU-b"'`)
})

test("the article's first example cannot start: 39.8 GB of weights on a 24 GB card", () => {
  const server = { maxModelLen: 16_384, quantization: 'awq_marlin', maxNumSeqs: 4, gpuMemoryUtilization: 0.94 }
  const plan = launchPlan(scenario({ model: 'llama-3.1-70b-instruct-awq-int4', server }), 'rtx-4090', options)
  expect(plan.refusal).toContain('39.8 GB of weights and 1.8 GB of overhead do not fit into 23.7 GB')
  expect(plan.refusal).toContain('tensorParallel 2 on 2 such cards')
  expect(plan.argv).not.toContain('0')
})

test("the article's second example: --quantization fp8 on a compressed-tensors checkpoint, and fewer sequences than it says", () => {
  const server = { maxModelLen: 32_768, quantization: 'fp8', kvCacheDtype: 'fp8_e4m3', maxNumSeqs: 16 }
  const long = { prompt: { tokens: 32_000 }, output: { tokens: 768 } }
  const plan = launchPlan(
    scenario({ model: 'llama-3.1-70b-instruct-fp8', server, ...long }),
    'rtx-pro-6000-max-q',
    options,
  )
  expect(plan.argv).not.toContain('--quantization')
  expect(plan.corrections).toEqual([
    'the KV cache holds 3 of 16 sequences of 32768 tokens: the others queue, which is not an error',
    expect.stringMatching(/--quantization fp8 skipped: .*compressed-tensors/),
  ])
})

test('online quantisation of a 16-bit checkpoint is kept', () => {
  const plan = launchPlan(
    scenario({ model: 'llama-3.1-8b-instruct', server: { quantization: 'fp8' } }),
    'rtx-4090',
    options,
  )
  expect(plan.argv.join(' ')).toContain('--quantization fp8')
})

test('a context with no room becomes the longest that fits', () => {
  const plan = launchPlan(
    scenario({ model: 'llama-3.1-8b-instruct', server: { maxModelLen: 131_072 } }),
    'rtx-4090',
    options,
  )
  const context = Number(plan.argv[plan.argv.indexOf('--max-model-len') + 1])
  expect(context).toBeLessThan(50_000)
  expect(context).toBeGreaterThan(30_000)
  expect(plan.corrections[0]).toContain(`131072 became ${context}`)
})

test('podman, another image, further words and no network', () => {
  const asked: ServeOptions = {
    ...options,
    engine: 'podman',
    image: 'example.com/vllm:1',
    gpus: ['GPU-a', 'GPU-b'],
    dockerArgs: ['--env', 'TOKEN'],
    vllmArgs: ['--seed', '1'],
    downloadEnv: ['HF_ENDPOINT', 'HF_HUB_OFFLINE'],
    offline: true,
  }
  const { argv, pythonArgv, fetchArgv, serverCommand, engine } = launchServer(scenario(), 'rtx-4090', asked)
  expect(engine).toBe('podman')
  expect(argv.slice(0, argv.indexOf('--model'))).toEqual([
    ...['run', '--rm', '--name', 'joulemark-8000'],
    ...['--device', 'nvidia.com/gpu=GPU-a', '--device', 'nvidia.com/gpu=GPU-b', '--security-opt', 'label=disable'],
    ...['--ipc=host', '-p', '127.0.0.1:8000:8000', '-v', '/home/me/.cache/huggingface:/root/.cache/huggingface'],
    ...[
      '--env',
      'HF_HOME=/root/.cache/huggingface',
      '--env',
      'HF_TOKEN',
      '--env',
      'HF_ENDPOINT',
      '--env',
      'HF_HUB_OFFLINE=1',
      '--pull',
      'never',
    ],
    ...['--env', 'TOKEN', 'example.com/vllm:1'],
  ])
  // SELinux would keep a download from the cache as well
  expect(fetchArgv.slice(0, 9)).toEqual([
    ...['run', '--rm', '-i', '--name', 'joulemark-8000', '--security-opt', 'label=disable', '-v'],
    '/home/me/.cache/huggingface:/root/.cache/huggingface',
  ])
  expect(fetchArgv).not.toContain('--device')
  expect(serverCommand.slice(-2)).toEqual(['--seed', '1'])
  expect(pythonArgv.slice(-8)).toEqual([
    '--pull',
    'never',
    '--env',
    'TOKEN',
    '--entrypoint',
    'python3',
    'example.com/vllm:1',
    '-',
  ])
})

test('the folder of a model is mounted read-only, and the record names no folder of this machine', () => {
  addOwnModels([
    { ...describedModel('llama-3.1-8b-instruct')!, key: '/data/my-llama', servedAs: ['/data/my-llama', 'my-llama'] },
    {
      ...describedModel('llama-3.1-8b-instruct')!,
      key: 'cached',
      servedAs: ['cached', '/hub/models--a--b/snapshots/c0ffee', 'c0ffee'],
    },
  ])
  const plan = launchServer(scenario({ model: '/data/my-llama' }), 'rtx-4090', options)
  expect(plan.argv.join(' ')).toContain('-v /data/my-llama:/models/my-llama:ro')
  expect(plan.serverCommand.slice(1, 5)).toEqual(['--model', '/models/my-llama', '--served-model-name', 'my-llama'])
  const cached = launchServer(scenario({ model: 'cached' }), 'rtx-4090', options)
  // the files of a snapshot are links to the blobs beside it
  expect(cached.argv.join(' ')).toContain('-v /hub/models--a--b:/models/models--a--b:ro')
  expect(cached.serverCommand[2]).toBe('/models/models--a--b/snapshots/c0ffee')
  expect(() => launchServer(scenario(), 'rtx-4090', { ...options, cacheDir: '/a:b' })).toThrow(
    /cannot mount a path with a colon/,
  )
})

test.each(['image', 'no-such-card'])('%s is nothing to serve', (what) => {
  expect(() => launchPlan(scenario(), what, options)).toThrow(/no card/)
})
