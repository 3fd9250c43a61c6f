import { expect, test } from 'vitest'
import { makeGpu } from '../../harness/testing/card-builder.ts'
import { onlyOn, provedCard } from './proved-card.ts'

const cards = [0, 1].map((index) => makeGpu({ index, uuid: `GPU-${index}aaaaaaa-0000` }))
const chosen = (named?: string) => provedCard(cards, named === undefined ? {} : { CUDA_VISIBLE_DEVICES: named })

test('the card that is named by number or UUID is proved, the first where none is named', () => {
  expect([chosen(), chosen('')].map((card) => card?.index)).toEqual([0, 0])
  expect([chosen('1'), chosen('1,0'), chosen('GPU-1aaaaaaa')].map((card) => card?.index)).toEqual([1, 1, 1])
  expect(provedCard([], { CUDA_VISIBLE_DEVICES: '1' })).toBeNull()
})

test('a name that no card has is refused, and not replaced by the first card', () => {
  for (const named of ['7', 'GPU-ffff', 'MIG-1']) expect(() => chosen(named)).toThrow(`${named} names no card`)
})

test('programs are started on the UUID, whatever number the card has for CUDA; a hidden card stays hidden', () => {
  const [, second = null] = cards
  expect(onlyOn(second, { CUDA_VISIBLE_DEVICES: '1' })).toEqual({ CUDA_VISIBLE_DEVICES: 'GPU-1aaaaaaa-0000' })
  expect(onlyOn(second, {})).toEqual({ CUDA_VISIBLE_DEVICES: 'GPU-1aaaaaaa-0000' })
  expect(onlyOn(second, { CUDA_VISIBLE_DEVICES: '' })).toEqual({})
  expect(onlyOn(null, {})).toEqual({})
})
