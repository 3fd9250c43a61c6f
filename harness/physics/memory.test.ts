import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/own-models.ts'
import { type FitShape, fitOf, kvCapacityTokens } from './memory.ts'

const rtx4090 = cardByKey('rtx-4090')!
const pro6000 = cardByKey('rtx-pro-6000-max-q')!
const llama8b = modelByKey('llama-3.1-8b-instruct-fp8')!

const small = { kvBytesPerElement: 2, gpuMemoryUtilization: 0.94, gpus: 1 } as const
const large = { kvBytesPerElement: 2, gpuMemoryUtilization: 0.92, gpus: 1 } as const
const one16k = { contextTokens: 16_384, sessions: 1 }

type Verdict = [headroomRatio: number | null, verdict: string]

test.each<[model: string, load: Partial<FitShape>, on4090: Verdict, onPro6000: Verdict]>([
  // null: not even the weights
  ['llama-3.1-8b-instruct-fp8', { contextTokens: 65_536 }, [1.5, 'Tight'], [9.57, 'Trivial']],
  ['llama-3.1-70b-instruct-awq-int4', {}, [null, 'OOM'], [9.6, 'Trivial']],
  ['llama-3.1-70b-instruct-fp8', {}, [null, 'OOM'], [3.48, 'Comfortable']],
  ['llama-3.1-70b-instruct', {}, [null, 'OOM'], [null, 'OOM']],
  ['qwen2.5-72b-instruct-fp8', {}, [null, 'OOM'], [3.0, 'Comfortable']],
  ['mixtral-8x22b-instruct-awq', {}, [null, 'OOM'], [4.7, 'Comfortable']],
  ['deepseek-v2-awq', {}, [null, 'OOM'], [null, 'OOM']],
  ['llama-3.1-8b-instruct-fp8', { contextTokens: 4096, sessions: 50 }, [0.48, 'OOM'], [3.06, 'Comfortable']],
])('%s, %o', (key, load, on4090, onPro6000) => {
  const model = modelByKey(key)!
  const fits = [
    [fitOf(rtx4090, model, { ...one16k, ...small, ...load }), on4090],
    [fitOf(pro6000, model, { ...one16k, ...large, ...load }), onPro6000],
  ] as const
  for (const [fit, [headroomRatio, verdict]] of fits) {
    expect(fit.verdict).toBe(verdict)
    if (headroomRatio === null) expect(fit.headroomRatio).toBeLessThan(0)
    else expect(Math.abs(fit.headroomRatio - headroomRatio)).toBeLessThan(0.015)
  }
})

test("70B BF16 fits two cards, at vLLM's own utilisation of 0.90", () => {
  const request = { ...one16k, kvBytesPerElement: 2, gpuMemoryUtilization: 0.9, gpus: 2 } as const
  const fit = fitOf(pro6000, modelByKey('llama-3.1-70b-instruct')!, request)
  expect(fit.headroomRatio).toBeCloseTo(6.98, 1)
  expect(fit.verdict).toBe('Comfortable')
})

describe('the sum of an 8B FP8 on a 4090, in GB: 0.94 x 25.26 - 9.08 - 1.8 = 12.86', () => {
  const fit = fitOf(rtx4090, llama8b, { ...one16k, ...small })

  test('bytes', () => {
    expect(fit.budgetBytes / 1e9).toBeCloseTo(23.746, 3)
    expect(fit.weightsBytes / 1e9).toBeCloseTo(9.08, 2)
    expect(fit.overheadBytes).toBe(1.8e9)
    expect(fit.freeBytes / 1e9).toBeCloseTo(12.865, 2)
    expect(fit.kvBytesPerToken).toBe(131_072)
  })

  test('12.865e9 / 131072 is 98 thousand tokens, or 5 sessions of 16k', () => {
    expect(fit.maxContextTokens / 1000).toBeCloseTo(98.15, 1)
    expect(fit.maxSessions).toBe(5)
    expect(kvCapacityTokens(rtx4090, llama8b, small)).toBe(fit.maxContextTokens)
    expect(kvCapacityTokens(rtx4090, llama8b, { ...small, kvBytesPerElement: 1 }) / 1000).toBeCloseTo(196.3, 1)
  })

  test('no room is zero tokens, never fewer', () => {
    const none = fitOf(rtx4090, modelByKey('llama-3.1-70b-instruct-fp8')!, { ...one16k, ...small })
    expect([none.maxContextTokens, none.maxSessions]).toEqual([0, 0])
    expect(kvCapacityTokens(rtx4090, modelByKey('llama-3.1-70b-instruct-fp8')!, small)).toBe(0)
  })
})
