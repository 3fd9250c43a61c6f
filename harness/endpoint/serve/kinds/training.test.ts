import { expect, test } from 'vitest'
import { type Scenario, scenarioSchema } from '../../../scenario/schema.ts'
import { launchPlan } from '../launch-plan.ts'
import { shellLine } from '../plan.ts'

const options = { port: 8000, gpus: ['GPU-a'], tag: 'v1', cacheDir: '/cache' }
const scenario = (training: object = {}, model = 'llama-3.1-8b-instruct'): Scenario =>
  scenarioSchema.parse({
    name: 'some-training',
    title: 'Training',
    kind: 'training',
    model,
    training: { batch: 1, sequenceTokens: 1024, rank: 16, gradientCheckpointing: true, ...training },
  })

test('a training runs in the image of vLLM, with pinned packages and the scripts where they are', () => {
  const plan = launchPlan(scenario(), 'rtx-4090', options)
  const line = shellLine(plan.argv)
  const scripts = /-v (\S+\/scripts):\1:ro/.exec(line)?.[1] ?? 'no scripts'
  expect(line).toBe(
    [
      'docker run --rm',
      '--name joulemark-8000',
      `--gpus '"device=GPU-a"'`,
      '--ipc=host',
      `-v ${scripts}:${scripts}:ro`,
      '-v /cache:/root/.cache/huggingface',
      '--env HF_HOME=/root/.cache/huggingface',
      '--env HF_TOKEN',
      '--env PIP_INDEX_URL',
      '--env PIP_EXTRA_INDEX_URL',
      '--env PIP_TRUSTED_HOST',
      '--env PIP_CERT',
      '--env PYTHONUNBUFFERED=1',
      '--entrypoint /bin/sh',
      `vllm/vllm-openai:v1 ${scripts}/train-in-container.sh ${scripts}/train-requirements.txt /root/.cache/huggingface/joulemark-training`,
    ].join(' \\\n  '),
  )
  expect(plan).toMatchObject({
    kind: 'command',
    words: ['docker', ...plan.argv],
    repository: 'meta-llama/Llama-3.1-8B-Instruct',
    serverCommand: ['vllm/vllm-openai:v1', 'train-in-container.sh', 'train-requirements.txt', 'joulemark-training'],
    corrections: [],
    refusal: null,
  })
  expect(plan.weightsBytes).toBeCloseTo(16.06e9, -7)
})

test('a command of its own runs on this machine, without a container', () => {
  const plan = launchPlan(scenario({ command: ['./train.sh'] }), 'rtx-4090', options)
  expect(plan).toMatchObject({ kind: 'command', words: [], argv: [], corrections: [] })
})

test('a base model that no 4 bits make small enough is refused, and another Python is left out', () => {
  expect(launchPlan(scenario({}, 'llama-3.1-70b-instruct'), 'rtx-4090', options).refusal).toBe(
    'the base model in 4 bits and the least overhead take 36.1 GB, RTX 4090 has 25.3 GB',
  )
  expect(launchPlan(scenario({ python: '/venv/bin/python' }), 'rtx-4090', options).corrections).toEqual([
    'training.python /venv/bin/python skipped: the image has its own Python',
  ])
})

test('a model that is not described is a reason', () => {
  expect(() => launchPlan(scenario({}, 'my-org/my-model'), 'rtx-4090', options)).toThrow(
    /scenario some-training: my-org\/my-model is not in the catalogue: nothing to serve/,
  )
})
