import { expect, test } from 'vitest'
import { type ImageScenario, scenarioSchema } from '../scenario/schema.ts'
import { imagePayload } from './image-answer.ts'

const scenario = (model: string): ImageScenario => {
  const parsed = scenarioSchema.parse({
    name: 'image',
    title: 'Image',
    kind: 'image',
    model,
    load: { shape: 'closed', concurrency: 1 },
    image: { size: '1024x1024', steps: 30, guidance: 4 },
  })
  if (parsed.kind !== 'image') throw new Error('not an image')
  return parsed
}

test('guidance is a scale of its own, and needs a negative prompt, in Qwen-Image alone: without it its second pass is left out', () => {
  const [qwen, sdxl] = ['qwen-image', 'sdxl'].map((key) => JSON.parse(imagePayload(scenario(key), key, 7)))
  expect(qwen).toMatchObject({ guidance_scale: 4, true_cfg_scale: 4, negative_prompt: ' ', num_inference_steps: 30 })
  expect(Object.keys(sdxl)).toEqual(expect.not.arrayContaining(['true_cfg_scale', 'negative_prompt']))
  expect(sdxl).toMatchObject({ guidance_scale: 4, seed: 7, n: 1 })
})
