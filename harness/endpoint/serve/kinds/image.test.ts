import { expect, test } from 'vitest'
import { cards } from '../../../catalogue/cards.ts'
import { imageModels } from '../../../catalogue/image-models.ts'
import { fitCard } from '../../../catalogue/own/known.ts'
import { imageFit } from '../../../physics/image.ts'
import { type Scenario, scenarioSchema } from '../../../scenario/schema.ts'
import { downloaded } from '../container-words.ts'
import { launchPlan } from '../launch-plan.ts'
import { shellLine } from '../plan.ts'

const options = { port: 8000, gpus: ['GPU-a'], tag: 'v1', cacheDir: '/cache', downloadEnv: ['HTTPS_PROXY'] }
const scenario = (model: string, server?: object): Scenario =>
  scenarioSchema.parse({
    name: 'some-images',
    title: 'Images',
    kind: 'image',
    model,
    load: { shape: 'closed', concurrency: 1 },
    image: { steps: 30, guidance: 5 },
    ...(server === undefined ? {} : { server }),
  })

test('images are served by vLLM-Omni, with the cache of this machine wherever its home is', () => {
  const plan = launchPlan(scenario('sdxl'), 'rtx-4090', options)
  expect(plan).toMatchObject({
    kind: 'server',
    runtime: 'image',
    readyPath: '/health',
    repository: 'stabilityai/stable-diffusion-xl-base-1.0',
    corrections: [],
    refusal: null,
    fit: null,
  })
  expect(shellLine(plan.argv).replace(/@sha256:[0-9a-f]{64}/, '')).toBe(
    [
      'docker run --rm',
      '--name joulemark-8000',
      `--gpus '"device=GPU-a"'`,
      '--ipc=host',
      '-p 127.0.0.1:8000:8000',
      '-v /cache:/root/.cache/huggingface',
      '--env HF_HOME=/root/.cache/huggingface',
      '--env HF_TOKEN',
      '--env HTTPS_PROXY',
      'vllm/vllm-omni:v0.30.0 vllm serve stabilityai/stable-diffusion-xl-base-1.0',
      '--omni',
      '--port 8000',
      '--stage-init-timeout 86400',
      '--init-timeout 86400',
    ].join(' \\\n  '),
  )
})

test('what does not fit is refused with its bytes, and with what would fit', () => {
  expect(launchPlan(scenario('flux.1-dev'), 'rtx-4090', options).refusal).toMatch(
    /^33\.9 GB of weights in 16 bits .* into 25\.\d GB: it does not fit; would fit: tensorParallel 4 on 4 such cards$/,
  )
  const pair = launchPlan(scenario('flux.2-dev', { tensorParallel: 2 }), 'h200', options)
  expect(pair.argv.slice(-2)).toEqual(['--tensor-parallel-size', '2'])
  expect(pair.refusal).toBeNull()
  // the text encoder of 48 GB is on every GPU
  expect(launchPlan(scenario('flux.2-dev', { tensorParallel: 8 }), 'l40s', options).refusal).toMatch(/does not fit$/)
})

test('every image model of the catalogue has a plan on every card, which runs where it fits', () => {
  for (const entry of cards) {
    const card = fitCard(entry)
    if ('reason' in card) continue
    for (const model of imageModels) {
      const plan = launchPlan(scenario(model.key), entry, options)
      expect(plan.refusal === null, `${model.key} on ${entry.key}`).toBe(imageFit(card, model).fits)
      expect(plan.weightsBytes).toBeGreaterThanOrEqual(model.residentBytes)
    }
  }
})

test('what has been downloaded is served without the hub, which would be asked for every copy in other formats', () => {
  const plan = launchPlan(scenario('sdxl'), 'rtx-4090', options)
  const without = downloaded(plan)
  expect(without.argv).toEqual(['run', '--env', 'HF_HUB_OFFLINE=1', ...plan.argv.slice(1)])
  const offline = launchPlan(scenario('sdxl'), 'rtx-4090', { ...options, offline: true })
  expect(downloaded(offline)).toBe(offline)
})

test('settings of a language model are left out and named; quantisation is handed on', () => {
  const server = { maxModelLen: 4096, gpuMemoryUtilization: 0.9, quantization: 'fp8' }
  const plan = launchPlan(scenario('sdxl', server), 'rtx-4090', options)
  expect(plan.argv.slice(-2)).toEqual(['--quantization', 'fp8'])
  expect(plan.corrections).toEqual([
    'server.maxModelLen skipped: an image model has no KV cache and no sequences',
    'server.gpuMemoryUtilization skipped: an image model has no KV cache and no sequences',
  ])
})

test('an image model that is not known is a reason', () => {
  expect(() => launchPlan(scenario('midjourney'), 'rtx-4090', options)).toThrow(
    /scenario some-images: no image model "midjourney"; known: sdxl, .*: nothing to serve/,
  )
})
