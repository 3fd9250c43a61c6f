import { expect, test } from 'vitest'
import { type Scenario, scenarioSchema } from '../scenario/schema.ts'
import { evaluateGates } from './evaluate.ts'
import type { GateInput } from './gate.ts'

/** Gates of images and training: limits of their own, and nothing asked about tokens. */
const shared = { name: 'one', title: 'One', certainty: {}, trial: {} }
const flux = scenarioSchema.parse({
  ...shared,
  kind: 'image',
  model: 'flux.1-dev',
  load: { shape: 'closed', concurrency: 1 },
  image: { steps: 28, guidance: 3.5 },
})
const qlora = scenarioSchema.parse({
  ...shared,
  kind: 'training',
  model: 'llama-3.1-8b-instruct',
  training: { batch: 1, sequenceTokens: 1024, rank: 16, gradientCheckpointing: true },
})

const record = (scenario: Scenario, trial: object, over: object = {}): GateInput =>
  ({
    status: 'complete',
    source: 'live',
    sourceEvidence: [],
    scenario,
    card: { key: 'rtx-4090', name: 'NVIDIA GeForce RTX 4090' },
    endpoint: { model: 'black-forest-labs/FLUX.1-dev', modelRoot: null },
    trials: [{ outcomes: {}, reasons: {}, client: {}, energy: {}, ...trial }],
    gpus: [],
    gpusReason: 'a test without GPUs',
    result: {},
    converged: null,
    certificate: null,
    ...over,
  }) as unknown as GateInput
const gateOf = (of: GateInput, id: string) => evaluateGates(of).find((gate) => gate.id === id)

test.each([
  ["the article's 6.2 s of FLUX on a 4090", 1 / 6.2, 'fail'],
  ['13 s', 1 / 13, 'pass'],
])('%s against the arithmetic of 28 steps', (_, imagesPerS, status) => {
  expect(gateOf(record(flux, { image: { imagesPerS } }), 'physical-limit')).toMatchObject({
    status,
    evidence: expect.stringContaining('28 passes x 74.4 TFLOP / 165.2 TFLOPS = 12.61 s an image'),
  })
})

test('training faster than the card can multiply is refused', () => {
  const fast = record(qlora, { training: { trainedTokensPerS: 4000 } })
  expect(gateOf(fast, 'physical-limit')).toMatchObject({ status: 'fail' })
  const slow = record(qlora, { training: { trainedTokensPerS: 2500 } })
  expect(gateOf(slow, 'physical-limit')?.status).toBe('pass')
  expect(gateOf(slow, 'physical-limit')?.evidence).toMatch(/limit 165\.2 TFLOPS .* = 3945 tokens\/s/)
})

test('the model is the one that the server, or the command, says', () => {
  expect(gateOf(record(flux, {}), 'endpoint-model')?.status).toBe('pass')
  expect(gateOf(record(qlora, {}), 'endpoint-model')?.status).toBe('not-measured')
  const other = { training: { command: ['python3'], config: { model: 'gpt2' } } }
  expect(gateOf(record(qlora, {}, other), 'endpoint-model')?.status).toBe('fail')
})

test('no token is asked of them, so that a run is not kept from a quote by what it cannot have', () => {
  const gates = evaluateGates(record(flux, {}))
  expect(gates.filter((gate) => /token|prompt|cache|speculation/.test(gate.id)).map((gate) => gate.required)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
