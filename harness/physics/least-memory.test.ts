import { expect, it } from 'vitest'
import { scenarioSchema } from '../scenario/schema.ts'
import { leastMemoryBytes } from './least-memory.ts'

const scenario = (over: object) =>
  scenarioSchema.parse({ name: 'a', title: 'A', load: { shape: 'closed', concurrency: 1 }, ...over })

it.each([
  // 6.98e9 parameters of the matrices in FP8 and 1.05e9 of the embeddings in 16 bits
  ['text', { model: 'llama-3.1-8b-instruct-fp8', kind: 'text', prompt: { tokens: 8 }, output: { tokens: 8 } }, 9.08],
  ['image', { model: 'sdxl', kind: 'image', image: { steps: 28, guidance: 3.5 } }, 5.134],
  [
    'training',
    {
      model: 'llama-3.1-8b-instruct',
      kind: 'training',
      training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: true },
    },
    4.015,
  ],
])('is the least that a model of kind %s takes', (_, over, gigabytes) => {
  expect((leastMemoryBytes(scenario(over)) ?? 0) / 1e9).toBeCloseTo(gigabytes, 2)
})

it('is not known for a model that the catalogue does not know', () => {
  for (const kind of [
    { kind: 'text', prompt: { tokens: 8 }, output: { tokens: 8 } },
    { kind: 'image', image: { steps: 28, guidance: 3.5 } },
  ]) {
    expect(leastMemoryBytes(scenario({ model: 'a-model-of-ours', ...kind }))).toBeNull()
  }
})
