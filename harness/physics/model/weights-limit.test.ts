import { expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import type { PartlyKnownModel } from '../../catalogue/types.ts'
import { measuredRun } from '../../testing/measured-run.ts'
import { runLimit } from '../run-limit.ts'
import { weightsLimit } from './weights-limit.ts'

const card = cardByKey('rtx-4090')!
const nova: PartlyKnownModel = {
  key: 'nova9',
  label: 'Nova 9',
  kind: 'partly-known',
  servedAs: ['org/nova9'],
  checkpointBytes: 11e9,
  leastBytesRead: 10e9,
  vocab: null,
  maxContext: null,
  unknown: [{ what: 'layers', reason: 'the architecture nova9 is not known' }],
  sources: [],
}

test('a step reads the weights at least: (10 GB - 72 MiB) / 1008 GB/s', () => {
  const limit = weightsLimit(card, nova, { concurrency: 4 })
  if ('reason' in limit) throw new Error(limit.reason)
  expect(limit.stepMs).toBeCloseTo((10e9 - 72 * 2 ** 20) / 1008e6, 6)
  expect(limit.tokensPerS).toBeCloseTo(4000 / limit.stepMs, 6)
  expect(limit.formula).toContain('bound by its weights alone (layers unknown: the architecture nova9 is not known)')
})

test.each([
  [{ leastBytesRead: null }, 'nova9: layers unknown'],
  [{ leastBytesRead: 1e6 }, 'fit into the L2 cache'],
])('%j has no limit, with its reason', (over, reason) => {
  expect(weightsLimit(card, { ...nova, ...over }, { concurrency: 1 })).toEqual({
    reason: expect.stringContaining(reason),
  })
})

test('a run has the limit of the model that its record describes', () => {
  const run = { ...measuredRun({ scenario: { model: 'nova9' } }), model: nova }
  expect(runLimit(run)).toMatchObject({ kind: 'text', formula: expect.stringContaining('bound by its weights alone') })
  expect(runLimit({ ...run, model: undefined })).toEqual({ reason: 'nova9 is not in the catalogue' })
})

test('the description of a record does not replace a model of the catalogue', () => {
  const own = measuredRun({})
  expect(runLimit({ ...own, model: { ...nova, key: own.scenario.model } })).toEqual(runLimit(own))
})
