import { describe, expect, it } from 'vitest'
import { cardPower } from './card/power-model.ts'
import { Engine } from './engine/engine.ts'
import type { Sequence } from './engine/sequence.ts'
import { BLOCK_SIZE, describeHardware } from './hardware.ts'
import { type SimulatorOptions, simulatorDefaults } from './options.ts'

const options: SimulatorOptions = { ...simulatorDefaults, card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' }

/** The steady pace of `concurrency` requests that all run at once, in virtual time. */
function steadyTpotMs(card: string, concurrency: number, outputTokens: number): { measured: number; expected: number } {
  const hardware = describeHardware({ ...options, card })
  const engine = new Engine({
    blockSize: BLOCK_SIZE,
    blockCount: hardware.gpuBlocks - 1,
    maxNumSeqs: options.maxNumSeqs,
    maxNumBatchedTokens: hardware.maxNumBatchedTokens,
    prefixCaching: true,
    maxModelLen: options.maxModelLen,
    vocab: hardware.model.vocab,
    seed: 7,
    costOf: hardware.costOf,
    frontEndMs: 5,
    jitterCv: 0.015,
    warmupExcess: 0,
    warmupSteps: 1,
  })
  const promptLength = 128
  const sequences = Array.from({ length: concurrency }, (_, index): Sequence => {
    const promptTokens = Array.from({ length: promptLength }, (_, position) => (index * 1000 + position) % 100_000)
    return engine.submit(
      {
        promptTokens,
        cacheSalt: '',
        maxTokens: outputTokens,
        stopAfterTokens: Number.POSITIVE_INFINITY,
        onToken: () => {},
      },
      0,
    )
  })
  engine.advance(1e9)
  const last = sequences.at(-1) as Sequence
  const measured = ((last.lastTokenMs ?? 0) - (last.firstTokenMs ?? 0)) / (outputTokens - 1)
  const decodeContextSum = concurrency * (promptLength + outputTokens / 2)
  const step = hardware.costOf({
    scheduled: [],
    decodeCount: concurrency,
    decodeContextSum,
    prefills: [],
    tokenCount: concurrency,
  })
  return { measured, expected: step.timeMs }
}

describe('describeHardware', () => {
  it.each(['rtx-4090', 'rtx-pro-6000-max-q', 'rtx-pro-6000-workstation'])(
    'lets %s decode one stream at the pace of the step model',
    (card) => {
      const { measured, expected } = steadyTpotMs(card, 1, 400)
      expect(measured / expected).toBeGreaterThan(0.98)
      expect(measured / expected).toBeLessThan(1.02)
    },
  )

  it.each(['rtx-4090', 'rtx-pro-6000-max-q'])(
    'lets %s decode 32 streams together at the pace of the step model',
    (card) => {
      const { measured, expected } = steadyTpotMs(card, 32, 400)
      expect(measured / expected).toBeGreaterThan(0.98)
      expect(measured / expected).toBeLessThan(1.02)
    },
  )

  it('gives 32 streams far more tokens than one, at little more power: the point of batching', () => {
    const one = steadyTpotMs('rtx-4090', 1, 200).measured
    const many = steadyTpotMs('rtx-4090', 32, 200).measured
    expect((32 * one) / many).toBeGreaterThan(15)
  })

  it('fills the memory that vLLM would take, and no more', () => {
    const { usedMiB, card, gpuBlocks } = describeHardware(options)
    const budgetMiB = (card.cudaBytes.value * options.gpuMemoryUtilization) / 2 ** 20
    expect(usedMiB).toBeLessThanOrEqual(budgetMiB)
    expect(usedMiB).toBeGreaterThan(budgetMiB - 10)
    expect(gpuBlocks * BLOCK_SIZE).toBeGreaterThan(150_000)
  })

  it.each([
    [{ card: 'rtx-9090' }, /no card "rtx-9090"; known: rtx-4090/],
    [{ model: 'gpt-5' }, /no text model "gpt-5": gpt-5 is not in the catalogue; did you mean /],
    [{ model: 'llama-3.1-70b-instruct-fp8' }, /No available memory for the cache blocks/],
    [{ numGpuBlocksOverride: 100 }, /max seq len \(16384\).* estimated maximum model length is 1584/],
  ])('says in one line why %o cannot be served', (change, message) => {
    expect(() => describeHardware({ ...options, ...change })).toThrow(message)
  })
})

describe('cardPower', () => {
  it('lies between idle and the limit, and is higher for a prompt than for decoding', () => {
    const { card, costOf } = describeHardware(options)
    const power = cardPower(card)
    const decode = power.loadOf(
      costOf({ scheduled: [], decodeCount: 1, decodeContextSum: 500, prefills: [], tokenCount: 1 }),
    )
    const chunk = { newTokens: 2048, cachedTokens: 0, completes: true }
    const prefill = power.loadOf(
      costOf({ scheduled: [], decodeCount: 0, decodeContextSum: 0, prefills: [chunk], tokenCount: 2048 }),
    )
    expect(decode.powerW).toBeGreaterThan(power.idleW)
    expect(prefill.powerW).toBeGreaterThan(decode.powerW)
    expect(prefill.powerW).toBeLessThanOrEqual(card.tdpW.value)
  })
})
