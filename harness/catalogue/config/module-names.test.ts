import { expect, test } from 'vitest'
import { namesModule } from './module-names.ts'

test.each([
  // a whole name, a part of it, and not half of a word
  ['model.layers.0.mlp.gate', 'layers.0.mlp.gate', true],
  ['model.layers.0.mlp.gate', 'layers.0.mlp.gate_proj', false],
  ['lm_head', 'layers.0.mlp.gate', false],
  // a glob reaches to the end of a name unless it ends with a star
  ['model.layers.*.mlp.gate', 'layers.31.mlp.gate', true],
  ['model.layers.*.mlp.gate', 'layers.31.mlp.gate_proj', false],
  ['model.language_model.layers.0.mlp*', 'layers.0.mlp.gate_proj', true],
  ['model.layers.*.self_attn', 'layers.3.self_attn.q_proj', true],
  // an expression, with and without its end
  ['re:.*mlp.gate$', 'layers.3.mlp.gate', true],
  ['re:.*mlp.gate$', 'layers.3.mlp.gate_proj', false],
  ['re:.*self_attn.*', 'layers.3.self_attn.q_proj', true],
  ['re:.*mlp\\.(gate|up|gate_up|down)_proj.*', 'layers.0.mlp.gate_proj', true],
])('%s on %s: %s', (entry, module, named) => {
  expect(namesModule(entry, module)).toBe(named)
})
