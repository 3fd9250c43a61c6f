import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { acceptance, boxAccepted } from './acceptance.ts'

const run = (tokensPerS: number | string, over: Partial<RunOverrides> = {}): RunRecord =>
  makeRun({ card: 'rtx-4090', result: { outputTokensPerS: tokensPerS }, ...over })
const judge = (record: RunRecord, earlier: readonly RunRecord[] = []) => acceptance([record], earlier, [])[0]!

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
})

test('the range is that of the power limit that the driver enforces', () => {
  const at = (powerLimitW: number) => judge(run(3000, { card: 'rtx-pro-6000-workstation', powerLimitW }))
  expect(at(300).low! / at(600).low!).toBeLessThan(0.85)
  expect(at(300).high! / at(600).high!).toBeLessThan(0.95)
  expect(at(500).low! / at(600).low!).toBeGreaterThan(0.95)
})

test('earlier runs of the same card and scenario are nearer than any prediction', () => {
  const earlier = [run(2000, { startedAt: '2026-10-01T10:00:00Z' }), run(2040, { startedAt: '2026-10-02T10:00:00Z' })]
  const line = judge(run(1700), earlier)
  expect(line).toMatchObject({ verdict: 'fail', basis: '2 earlier runs on rtx-4090' })
  expect(line.low).toBeCloseTo(1818, 0)
  expect(judge(run(1900), earlier).verdict).toBe('pass')
  expect(judge(run(1900), [run(2000, { card: 'rtx-5090', startedAt: '2026-10-01T10:00:00Z' })]).basis).toMatch(
    /predicted/,
  )
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
