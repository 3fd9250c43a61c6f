import { describe, expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { StepRow } from '../../record/rows.ts'
import { gpuRow } from '../../testing/rows.ts'
import { trainingTrial } from './training.ts'

/** Ten lines, one every 2 s from 2 s on, of 10 steps and 1000 tokens each; the first three slower in tokens. */
const tenLines: readonly StepRow[] = Array.from({ length: 10 }, (_, index) => ({
  trial: 0,
  timeMs: 2000 * (index + 1),
  step: 10 * (index + 1),
  loss: 3 - 0.1 * index,
  tokens: index < 3 ? 500 : 1000,
}))

/** Figures of these lines at 250 W without a break. */
const trialOfRows = (steps: readonly StepRow[]) =>
  trainingTrial({
    index: 0,
    startMs: 0,
    sendUntilMs: 20_000,
    endMs: 20_000,
    requests: new RequestTable(),
    tokens: [],
    gaps: [],
    gpuRows: Array.from({ length: 121 }, (_, index) => gpuRow(index * 200, { powerW: 250 })),
    steps,
    servingUuids: ['GPU-a'],
    gpuReason: null,
    client: { eventLoopDelayP99Ms: null, cpuShareOfCore: null, lateSends: 0, dropped: 0, sharedStampShare: null },
  })

describe('a trial of training', () => {
  test('counts from the end of the first fifth: 80 steps in 16 s, 4000 J', () => {
    const trial = trialOfRows(tenLines)
    expect([trial.windowStartMs, trial.windowEndMs]).toEqual([4000, 20_000])
    expect(trial.energyJ).toBeCloseTo(4000, 6)
    // tokens of lines 3 to 10: 500 + 7 x 1000
    expect(trial.training).toMatchObject({
      steps: 80,
      stepsPerS: 5,
      trainedTokensPerS: 7500 / 16,
      joulesPerStep: expect.closeTo(50, 6),
      firstLoss: 3,
      finalLoss: expect.closeTo(2.1, 9),
    })
  })

  test('warms up over a fifth, rounded up: three of eleven lines', () => {
    const eleven = [...tenLines, { ...(tenLines[9] as StepRow), timeMs: 22_000, step: 110 }]
    expect(trialOfRows(eleven).windowStartMs).toBe(6000)
  })

  test('trained nothing where a loss is not finite: no rate, and why', () => {
    const lost = tenLines.map((line) => (line.step === 50 ? { ...line, loss: null } : line))
    const trial = trialOfRows(lost)
    const none = { value: null, reason: 'no finite loss at step 50' }
    expect(trial.outcomes).toEqual({ ok: 9, 'loss-not-finite': 1 })
    expect(trial.training).toMatchObject({
      stepsPerS: none,
      trainedTokensPerS: none,
      joulesPerStep: none,
    })
  })

  test('needs ten lines', () => {
    expect(trialOfRows(tenLines.slice(1)).windowStartMs).toEqual({
      value: null,
      reason: '9 lines of steps; at least 10 are required',
    })
  })

  test('has no tokens per second where one line states none', () => {
    const silent = tenLines.map((line) => (line.step === 50 ? { ...line, tokens: null } : line))
    expect(trialOfRows(silent).training).toMatchObject({
      stepsPerS: 5,
      trainedTokensPerS: { value: null, reason: 'the command does not print the tokens of each step' },
    })
  })
})
