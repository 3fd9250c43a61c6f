import { describe, expect, test } from 'vitest'
import { capacityOf, ONE_TRIAL_ERROR } from './capacity.ts'
import type { AskedLoad } from './highest-load.ts'
import { pooledLoads } from './pooled-loads.ts'

/** A server whose step takes 10 ms and 0.25 ms per request, 100 ms for a prompt of 1,000 tokens. */
const closed = (concurrency: number) => {
  const step = 10 + 0.25 * concurrency
  // 100 further tokens each, and the prompts of all others beside them
  const answerMs = 100 * step + concurrency * (100 - step)
  return { concurrency, outputTokensPerS: (concurrency * 101 * 1000) / answerMs, ttftMs: 103 + concurrency }
}
const loads = (trials: readonly number[]) =>
  pooledLoads(
    [1, 2, 4, 8, 16].map(closed).map(({ concurrency, outputTokensPerS, ttftMs }) => ({
      concurrency,
      outputTokensPerS: trials.map((by) => outputTokensPerS * by),
      ttftMs: trials.map((by) => ttftMs / by),
      promptTokens: 1000,
    })),
  )
const limits = { stepTokens: 2048, mostRunning: 256, kvTokens: null }
const asked = (more: Partial<AskedLoad> = {}): AskedLoad => ({
  sizes: [{ promptTokens: 1000, cachedTokens: 0, outputTokens: 101 }],
  slo: { ttftMs: 1000, tpotMs: 40 },
  goodShare: 0.99,
  senders: { kind: 'open', burstiness: 1 },
  seed: 1,
  ...more,
})
const sized = (trials: readonly number[], more?: Partial<AskedLoad>) =>
  capacityOf(loads(trials), { limits, asked: asked(more) })

describe('capacityOf', () => {
  test('the promise is below the highest load, and both within the interval', () => {
    const { value, ci95, conservative } = sized([0.99, 1, 1.01])
    expect(value).toBeGreaterThan(0)
    expect(conservative).toBe(ci95![0])
    expect(ci95![0]).toBeLessThan(value)
    expect(ci95![1]).toBeGreaterThan(value)
  })
  test('trials that differ more leave a wider interval', () => {
    const width = ({ ci95, value }: ReturnType<typeof sized>) => (ci95![1] - ci95![0]) / value
    expect(width(sized([0.95, 1, 1.05]))).toBeGreaterThan(width(sized([0.99, 1, 1.01])))
  })
  test('one trial has no interval, and more is taken off', () => {
    const { value, ci95, conservative } = sized([1])
    expect(ci95).toBeNull()
    expect(conservative).toBeCloseTo(value * (1 - ONE_TRIAL_ERROR))
  })
  test('a stricter SLO and bursts leave less', () => {
    const { value } = sized([1, 1.001])
    expect(sized([1, 1.001], { slo: { ttftMs: 300, tpotMs: 40 } }).value).toBeLessThan(value)
    expect(sized([1, 1.001], { slo: { ttftMs: 1000, tpotMs: 20 } }).value).toBeLessThan(value)
    expect(sized([1, 1.001], { senders: { kind: 'open', burstiness: 0.25 } }).value).toBeLessThan(value)
  })
  test('an SLO that one request alone breaks leaves nothing', () => {
    expect(sized([1, 1.001], { slo: { ttftMs: 50 } })).toMatchObject({ value: 0, conservative: 0 })
  })
  test('the limit that breaks is named, and where none does that no higher load was measured', () => {
    expect(sized([1, 1.001], { slo: { tpotMs: 16 } }).limitedBy).toMatchObject({ slo: 'tpot' })
    expect(sized([1, 1.001], { slo: { ttftMs: 150, tpotMs: 1000 } }).limitedBy).toEqual({
      what: 'prefill',
      slo: 'ttft',
    })
  })
  test.each([
    ['still rose', 0.05, { what: 'not-measured' }],
    ['had stopped rising', 20, { what: 'decode' }],
  ])('where throughput %s at the highest measured load, slow decode above it says so', (_, msPerRequest, limitedBy) => {
    const measured = pooledLoads(
      [1, 4, 16].map((concurrency) => ({
        concurrency,
        outputTokensPerS: [1, 1.001].map((by) => (by * concurrency * 1000) / (10 + msPerRequest * concurrency)),
        ttftMs: [20, 20.1],
        promptTokens: 10,
      })),
    )
    const short = asked({ sizes: [{ promptTokens: 10, cachedTokens: 0, outputTokens: 101 }], slo: { tpotMs: 400 } })
    expect(capacityOf(measured, { limits, asked: short }).limitedBy).toMatchObject(limitedBy)
  })
  test('users who pause long are many', () => {
    const users = (pauseS: number) => sized([1, 1.001], { senders: { kind: 'users', pauseS } }).value
    expect(users(20)).toBeGreaterThan(2 * users(5))
  })
})
