import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visionParams } from './vision.ts'

const siglip = {
  model_type: 'siglip_vision_model',
  hidden_size: 1152,
  image_size: 896,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  patch_size: 14,
}

test('the encoder of Gemma 3 12B is what its published parameters have beside the text', () => {
  expect(visionParams({ vision_config: siglip }, 3840)).toBe(12_187_325_040 - 11_766_034_176)
})

test('no encoder has no parameters; one that is not known, or half of one, has an unknown number', () => {
  expect(visionParams({}, 3840)).toBe(0)
  expect(visionParams({ vision_config: null }, 3840)).toBe(0)
  const { patch_size: _, ...half } = siglip
  for (const vision of [{ ...siglip, model_type: 'of_tomorrow' }, half, 'a text', { ...siglip, hidden_size: '1152' }]) {
    expect(visionParams({ vision_config: vision }, 3840)).toBeNull()
  }
  // names that every object has are no encoders
  expect(visionParams({ vision_config: { ...siglip, model_type: 'constructor' } }, 3840)).toBeNull()
})

test('whatever a file states, the answer is null or a whole number of parameters', () => {
  const value = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null))
  const kind = fc.constantFrom('siglip_vision_model', 'qwen3_5', 'pixtral', 'gemma4_vision', 'llama4_vision_model')
  const fields = [
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'depth',
    'patch_size',
    'image_size',
    'head_dim',
  ]
  const stated = fc.record(Object.fromEntries(fields.map((name) => [name, value])), { requiredKeys: [] })
  fc.assert(
    fc.property(kind, stated, (model_type, rest) => {
      const params = visionParams({ vision_config: { ...siglip, ...rest, model_type } }, 4096)
      expect(params === null || (Number.isFinite(params) && params >= 0)).toBe(true)
    }),
  )
})
