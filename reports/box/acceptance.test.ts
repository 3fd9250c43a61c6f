import { describe, expect, test } from 'vitest'
import { runLimit } from '../../harness/physics/run-limit.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { acceptance, boxAccepted } from './acceptance.ts'

const run = (tokensPerS: number | string, over: Partial<RunOverrides> = {}): RunRecord =>
  makeRun({ card: 'rtx-4090', result: { outputTokensPerS: tokensPerS }, ...over })
const judge = (record: RunRecord) => acceptance([record], [], [])[0]!

describe('against what is predicted for the exact card', () => {
  test.each([
    ['rtx-4090', 2000, 'pass'],
    ['rtx-4090', 1100, 'fail'],
    ['rtx-4090', 3700, 'fail'],
    ['rtx-pro-6000-max-q', 2000, 'fail'],
    ['h200', 9000, 'pass'],
  ])('%s at %d tokens/s: %s', (card, tokensPerS, verdict) => {
    const line = judge(run(tokensPerS, { card }))
    expect(line).toMatchObject({ verdict, basis: `predicted for ${card}` })
    expect(line.why.length > 0).toBe(verdict === 'fail')
  })

  test('faster than expected, and below the physical limit, is a remark; above the limit it fails', () => {
    const limit = runLimit(run(0))
    const { high } = judge(run(2000))
    if ('reason' in limit) throw new Error(limit.reason)
    const fast = judge(run((high! + limit.value) / 2))
    expect(fast).toMatchObject({ verdict: 'pass', remarks: [expect.stringMatching(/above the range.*no fault/)] })
    const impossible = judge(run(limit.value * 1.01))
    expect(impossible).toMatchObject({ verdict: 'fail', why: [expect.stringMatching(/more than the card can do/)] })
  })
})

test('the range is that of the power limit that the driver enforces', () => {
  const at = (powerLimitW: number) => judge(run(3000, { card: 'rtx-pro-6000-workstation', powerLimitW }))
  expect(at(300).low! / at(600).low!).toBeLessThan(0.85)
  expect(at(300).high! / at(600).high!).toBeLessThan(0.95)
  expect(at(500).low! / at(600).low!).toBeGreaterThan(0.95)
})

test('the likely causes of a slow server are named', () => {
  const slow = run(900, {
    powerLimitW: 300,
    gates: [{ id: 'throttle', status: 'warn', required: false, evidence: 'HW thermal slowdown 12 %' }],
  })
  const narrow = {
    ...slow,
    gpus: slow.gpus.map((gpu) => ({ ...gpu, pcie: { ...gpu.pcie, widthCurrent: 4 } })),
  }
  const findings = [
    { id: 'driver', status: 'warn', read: '535.104' },
    { id: 'disk', status: 'pass', read: 'plenty' },
  ]
  expect(acceptance([narrow], [], findings)[0]?.why).toEqual([
    'lowered power limit: 300 of 450 W',
    'throttling: HW thermal slowdown 12 %',
    'narrow PCIe link: x4 of x16',
    'doctor, driver: 535.104',
  ])
})

test('the limit that box set for the night is no cause, because the prediction is made for it', () => {
  const atLimit = (limitW: number) =>
    run(900, { powerLimitW: limitW, more: { setting: settingAt(300, { by: 'box' }) } })
  const why = (limitW: number) => acceptance([atLimit(limitW)], [], [])[0]?.why.join() ?? ''
  expect(why(300)).toMatch(/no cause found/)
  expect(why(280)).toContain('lowered power limit: 280 of 450 W')
})

test.each([
  ['no figure', run('no steady window')],
  ['a failed run', run(2000, { status: 'failed', failure: 'the server went away' })],
  ['a simulated run', run(2000, { source: 'simulated' })],
  ['an unknown card', run(2000, { card: 'some-card' })],
])('%s is not judged, and nothing is accepted on it', (_, record) => {
  const lines = acceptance([record], [], [])
  expect(lines[0]?.verdict).toBe('not-measured')
  expect(lines[0]?.why).toHaveLength(1)
  expect(boxAccepted(lines)).toBe(false)
})

test('one figure that fails fails the box', () => {
  const lines = acceptance([run(2000), run(900, { scenario: 'another' })], [], [])
  expect(boxAccepted(lines)).toBe(false)
  expect(boxAccepted(lines.slice(0, 1))).toBe(true)
})
