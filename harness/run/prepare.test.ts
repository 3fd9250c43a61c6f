import { expect, test } from 'vitest'
import type { Gpu } from '../record/schema/gpu.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { identifyCard } from './prepare.ts'

const [one] = fakeRun().prepared.gpus as [Gpu]
const named = (name: string, serving = true): Gpu => ({ ...one, uuid: name, name, serving })
const rtx4090 = 'NVIDIA GeForce RTX 4090'

test('cards of one kind are that card', () => {
  expect(identifyCard([named(rtx4090), named(rtx4090)], null, null)).toEqual({ key: 'rtx-4090', name: rtx4090 })
})

test('two different serving cards have no key', () => {
  const card = identifyCard([named(rtx4090), named('NVIDIA H200')], null, null)
  expect(card.key).toBeNull()
  expect(card.reason).toBe('different cards serve: NVIDIA GeForce RTX 4090, NVIDIA H200')
})

test('a different card that does not serve is ignored', () => {
  expect(identifyCard([named(rtx4090), named('NVIDIA H200', false)], null, null).key).toBe('rtx-4090')
})

test('a card that the catalogue does not have keeps its name and the claim, and gets no key', () => {
  expect(identifyCard([named('NVIDIA GeForce RTX 9999')], 'rtx-4090', null)).toEqual({
    key: null,
    name: 'NVIDIA GeForce RTX 9999',
    reason: '"NVIDIA GeForce RTX 9999" is not in the catalogue (claimed: rtx-4090)',
  })
})

test('without a card the reason is why none was read', () => {
  expect(identifyCard([], null, 'run with --no-gpu')).toEqual({ key: null, name: null, reason: 'run with --no-gpu' })
})
