import { expect, test } from 'vitest'
import { makeCardState } from '../../testing/found-card.ts'
import { takeCards } from './take-cards.ts'

test('the limit that counts as found is read after the claim: before it, another tuning may be ending', async () => {
  let limitW = 250
  const { cards } = await takeCards(
    async () => [makeCardState({ powerLimitW: limitW })],
    () => {
      // the other tuning gave its cards back before it gave up its claim
      limitW = 450
      return () => undefined
    },
  )
  expect(cards.map(({ powerLimitW }) => powerLimitW)).toEqual([450])
})

test('a card that cannot be read after the claim is not held', async () => {
  let [reads, gaveUp] = [0, 0]
  const read = async () => {
    reads += 1
    if (reads === 2) throw new Error('GPU is lost')
    return [makeCardState()]
  }
  const claim = () => () => {
    gaveUp += 1
  }
  await expect(takeCards(read, claim)).rejects.toThrow('GPU is lost')
  expect(gaveUp).toBe(1)
})
