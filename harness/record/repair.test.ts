import { expect, test } from 'vitest'
import { observed } from '../testing/live-record-box.ts'
import { makeRun } from '../testing/record-builder.ts'
import { repaired } from './repair.ts'
import type { RunRecord } from './schema/run.ts'

const drift = (changeShare: number) => ({
  index: 0,
  changeShare,
  p: 0.5,
  drifts: false,
  firstTokensPerS: 1,
  lastTokensPerS: 1,
})

test('a record that fits comes back as it is', () => {
  const record = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: [100, 99, 101] } })
  expect(repaired(record)).toEqual({ record, dropped: [] })
})

test('a number that is not finite becomes null where null is allowed, and nothing else changes', () => {
  const record = observed('x')
  const broken = { ...record, endpoint: { ...record.endpoint, maxModelLen: Number.POSITIVE_INFINITY } }
  const { record: fixed, dropped } = repaired(broken) ?? {}
  expect(fixed).toEqual({ ...record, endpoint: { ...record.endpoint, maxModelLen: null } })
  expect(dropped).toEqual([expect.stringMatching(/^endpoint\.maxModelLen \(.*number/)])
})

test('an interval with an end that is no number goes whole, its mean stays', () => {
  const record = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: [100, 99, 101] } })
  const result = { ...record.result['outputTokensPerS']!, ci95: [99, Number.NaN] }
  const fixed = repaired({ ...record, result: { outputTokensPerS: result as never } })
  expect(fixed?.record.result['outputTokensPerS']).toMatchObject({ mean: 100, ci95: null })
})

test('of three entries the two that cannot be kept go, whatever their order', () => {
  const record = observed('x')
  const trials = [drift(0.1), { ...drift(0.2), index: -1 }, { ...drift(0.3), index: Number.NaN }, drift(0.4)]
  const broken = { ...record, drift: { ...record.drift, trials } } as RunRecord
  const fixed = repaired(broken)
  expect(fixed?.record.drift?.trials.map(({ changeShare }) => changeShare)).toEqual([0.1, 0.4])
  expect(fixed?.dropped.join('; ')).toMatch(/drift\.trials\.1\.index \(.*\).*drift\.trials\.1 with it/)
})

test('without a part that every record must have, nothing valid is left', () => {
  const record = observed('x')
  expect(repaired({ ...record, host: { ...record.host, memoryGiB: Number.NaN } })).toBeNull()
})
