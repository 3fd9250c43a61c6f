import { describe, expect, test } from 'vitest'
import { missing } from '../record/measured.ts'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { evaluateGates } from './evaluate.ts'
import type { GateId } from './table.ts'

/** Gates of images and training: limits of their own, and nothing asked about tokens. */
const flux: MeasuredRun = {
  work: { kind: 'image', image: { steps: 28, guidance: 3.5 } },
  scenario: { model: 'flux.1-dev' },
  endpoint: { model: 'black-forest-labs/FLUX.1-dev', modelRoot: null },
}
const qlora: MeasuredRun = {
  work: { kind: 'training', training: { batch: 1, sequenceTokens: 1024, rank: 16, gradientCheckpointing: true } },
  scenario: { model: 'llama-3.1-8b-instruct' },
}
const none = missing('not part of this test')
const images = (imagesPerS: number): MeasuredRun => ({
  ...flux,
  trial: { image: { imagesPerS, images: none, secondsPerImage: none, joulesPerImage: none } },
})
const training = (trainedTokensPerS: number): MeasuredRun => ({
  ...qlora,
  trial: {
    training: {
      trainedTokensPerS,
      steps: none,
      stepsPerS: none,
      joulesPerStep: none,
      firstLoss: none,
      finalLoss: none,
    },
  },
})
/** As without GPUs, so that the rated clock of the card counts. */
const gateIn = (over: MeasuredRun, id: GateId) =>
  gateOf(measuredRun({ ...over, record: { gpus: [], ...over.record } }), id)

test.each([
  ['3.1 s', 1 / 3.1, 'fail'],
  // the article: possible in 8 bits only
  ['6.2 s', 1 / 6.2, 'pass'],
])('%s of FLUX on a 4090 against the arithmetic of 28 steps', (_, imagesPerS, status) => {
  expect(gateIn(images(imagesPerS), 'physical-limit')).toMatchObject({
    status,
    evidence: expect.stringContaining('28 passes x 74.4 TFLOP / 660.6 TFLOPS = 3.15 s per image'),
  })
})

test('training faster than the card can multiply is refused', () => {
  expect(gateIn(training(16_000), 'physical-limit')).toMatchObject({ status: 'fail' })
  expect(gateIn(training(2500), 'physical-limit').status).toBe('pass')
  expect(gateIn(training(2500), 'physical-limit').evidence).toMatch(/limit 660\.6 TFLOPS .* = 15775 tokens\/s/)
})

test('the model is the one that the server, or the command, reports', () => {
  expect(gateIn(flux, 'endpoint-model').status).toBe('pass')
  expect(gateIn(qlora, 'endpoint-model').status).toBe('not-measured')
  const other = { training: { command: ['python3'], config: { model: 'gpt2' } } }
  expect(gateIn({ ...qlora, record: other }, 'endpoint-model').status).toBe('fail')
})

describe('without a trial', () => {
  const died: MeasuredRun = {
    telemetry: { trials: [] },
    record: { trials: [], result: {}, converged: null, status: 'failed' },
  }

  test('every gate that judges trials says so, and none of them passes', () => {
    const gates = evaluateGates(measuredRun(died))
    const passed = gates.filter(({ status }) => status === 'pass').map(({ id }) => id)
    expect(passed).toEqual(['live-source', 'endpoint-model', 'card-match'])
    const others = gates.filter(({ id, evidence }) => !passed.includes(id) && !/does not apply/.test(evidence))
    expect(new Set(others.map(({ status, evidence }) => `${status}: ${evidence}`))).toEqual(
      new Set(['not-measured: no trial was run']),
    )
  })

  test('what was wrong before it stays a failure', () => {
    const onPartOfCard = measuredRun({ ...died, gpu: { uuid: 'MIG-a' } })
    expect(gateOf(onPartOfCard, 'serving-card')).toMatchObject({
      status: 'fail',
      evidence: expect.stringContaining('MIG'),
    })
  })
})

test('no token is asked of them, so that a run is not kept from a quote by what it cannot have', () => {
  const gates = evaluateGates(measuredRun(flux))
  expect(gates.filter((gate) => /token|prompt|cache|speculation/.test(gate.id)).map((gate) => gate.required)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})
