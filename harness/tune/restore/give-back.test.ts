import { describe, expect, test } from 'vitest'
import { fakeHands } from '../../testing/card-hands.ts'
import { makeNote, makeNotedCard } from '../../testing/restore-note.ts'
import { giveBack, giveBackTwice, isLeftAlone } from './give-back.ts'

const sameBoot = { isSameBoot: true }
const tuned = makeNotedCard({ limitsSetW: [250, 300] })

describe('a limit', () => {
  test('that tune set goes back to the one that was found, and is read back', async () => {
    const { hands, typed, stateOf } = fakeHands([{ powerLimitW: 250 }])
    const { cards, said } = await giveBack(makeNote([tuned]), hands, sameBoot)
    expect(cards[0]?.end).toBe('given-back')
    expect(said).toEqual(['GPU-a: its limit is back at 400 W, from 250'])
    expect(typed).toEqual(['-i GPU-a -pl 400'])
    expect(stateOf('GPU-a').powerLimitW).toBe(400)
  })

  test('that is none of those that tune set is another person’s, and is left alone', async () => {
    const { hands, typed } = fakeHands([{ powerLimitW: 350 }])
    const { cards, said } = await giveBack(makeNote([tuned]), hands, sameBoot)
    expect(cards[0]?.end).toBe('left-alone')
    expect(said).toEqual(['GPU-a: left alone: its limit is 350 W, which tune did not set'])
    expect(typed).toEqual([])
  })

  test('that is back already, as after a restart of the machine, is not written', async () => {
    const { hands, typed } = fakeHands([{ powerLimitW: 400 }])
    const { cards, said } = await giveBack(makeNote([tuned]), hands, { isSameBoot: false })
    expect(cards[0]?.end).toBe('given-back')
    expect(said).toEqual(['GPU-a: its limit is 400 W, as it was found'])
    expect(typed).toEqual([])
  })

  test('that the card does not take back leaves the card open, with the reason', async () => {
    const text = 'Failed to set power management limit for GPU 00000000:01:00.0: Unknown Error'
    const { hands } = fakeHands([{ powerLimitW: 250 }], () => ({ returnCode: 255, text }))
    const { cards, said } = await giveBack(makeNote([tuned]), hands, sameBoot)
    expect(cards[0]?.end).toBe('open')
    expect(said[0]).toContain(`GPU-a: not given back: nvidia-smi -i GPU-a -pl 400 answered: ${text}`)
  })

  test('that is written but not enforced leaves the card open', async () => {
    const { hands } = fakeHands([{ powerLimitW: 250 }], () => ({ returnCode: 0, text: 'All done.' }))
    const { cards, said } = await giveBack(makeNote([tuned]), hands, sameBoot)
    expect(cards[0]?.end).toBe('open')
    expect(said[0]).toContain('its limit is not back at 400 W')
  })
})

describe('a default limit to which the driver went back by itself', () => {
  const byDefault = [{ powerLimitW: 450, defaultLimitW: 450 }]

  test.each([
    ['a restart of the machine', tuned, byDefault, { isSameBoot: false }],
    ['persistence mode that was off', { ...tuned, isPersistent: false }, byDefault, sameBoot],
    ['persistence mode that is off now', tuned, [{ ...byDefault[0], isPersistent: false }], sameBoot],
  ])('is not left alone: the limit that was found is set again after %s', async (_, card, states, facts) => {
    const { hands, stateOf } = fakeHands(states)
    const { cards, said } = await giveBack(makeNote([card]), hands, facts)
    expect(cards[0]?.end).toBe('given-back')
    expect(said).toEqual(['GPU-a: its limit is back at 400 W, from 450'])
    expect(stateOf('GPU-a').powerLimitW).toBe(400)
  })

  test('is another person’s where the driver keeps limits', async () => {
    const { hands } = fakeHands(byDefault)
    const { said } = await giveBack(makeNote([{ ...tuned, isPersistent: true }]), hands, sameBoot)
    expect(said.map(isLeftAlone)).toEqual([true])
  })
})

describe('a clock', () => {
  const locked = makeNotedCard({ clockWasLocked: true })

  test('that tune locked is unlocked, or locked as the user said it was', async () => {
    const { hands, typed } = fakeHands()
    await giveBack(makeNote([locked, { ...locked, clockBefore: { minMHz: 0, maxMHz: 1800 } }]), hands, sameBoot)
    expect(typed).toEqual(['-i GPU-a -rgc', '-i GPU-a -lgc 0,1800'])
  })

  test('is not touched after a restart, which removes every lock, nor where tune locked none', async () => {
    const { hands, typed } = fakeHands([{ powerLimitW: 250 }])
    const { said } = await giveBack(makeNote([locked]), hands, { isSameBoot: false })
    expect(said).toEqual(['GPU-a: the restart of the machine removed its clock lock'])
    await giveBack(makeNote([tuned]), hands, sameBoot)
    expect(typed).toEqual(['-i GPU-a -pl 400'])
  })

  test('that takes no lock has none to undo', async () => {
    const text =
      'Resetting locked GPU clocks is not supported for GPU x.\nTreating as warning and moving on.\nAll done.\n'
    const { hands } = fakeHands([{}], () => ({ returnCode: 0, text }))
    const { cards } = await giveBack(makeNote([locked]), hands, sameBoot)
    expect(cards[0]?.end).toBe('given-back')
  })

  test('that cannot be unlocked does not keep the limit from being given back', async () => {
    const { hands, stateOf } = fakeHands([{ powerLimitW: 250 }], (call) =>
      call.includes('-rgc') ? { returnCode: 255, text: 'Unknown Error' } : null,
    )
    const card = makeNotedCard({ limitsSetW: [250], clockWasLocked: true })
    const { cards } = await giveBack(makeNote([card]), hands, sameBoot)
    expect(stateOf('GPU-a').powerLimitW).toBe(400)
    expect(cards[0]?.end).toBe('open')
  })
})

test('one card that fails does not keep another from being given back, and a second try does the rest', async () => {
  let isDead = true
  const { hands, typed } = fakeHands([{ powerLimitW: 250 }, { uuid: 'GPU-b', powerLimitW: 250 }], (call) =>
    isDead && call.includes('GPU-a') ? { returnCode: 255, text: 'GPU is lost' } : null,
  )
  const note = makeNote([tuned, { ...tuned, uuid: 'GPU-b' }])
  const first = await giveBack(note, hands, sameBoot)
  expect(first.cards.map(({ end }) => end)).toEqual(['open', 'given-back'])
  isDead = false
  typed.length = 0
  const second = await giveBack({ ...note, cards: [...first.cards] }, hands, sameBoot)
  expect(second.cards.map(({ end }) => end)).toEqual(['given-back', 'given-back'])
  expect(typed).toEqual(['-i GPU-a -pl 400'])
})

test('two at once end in the same state', async () => {
  const { hands, stateOf } = fakeHands([{ powerLimitW: 250 }])
  const note = makeNote([tuned])
  const ends = await Promise.all([giveBack(note, hands, sameBoot), giveBack(note, hands, sameBoot)])
  expect(ends.flatMap(({ cards }) => cards.map(({ end }) => end))).toEqual(['given-back', 'given-back'])
  expect(stateOf('GPU-a').powerLimitW).toBe(400)
})

test('a call that ends after the first look is seen by the second', async () => {
  const { hands, change, stateOf } = fakeHands([{ powerLimitW: 300 }])
  const late = {
    ...hands,
    wait: async (ms: number) => {
      if (ms >= 1000) change('GPU-a', { powerLimitW: 250, enforcedLimitW: 250 })
    },
  }
  const { cards, said } = await giveBackTwice(makeNote([tuned]), late, sameBoot)
  expect(cards[0]?.end).toBe('given-back')
  expect(said).toEqual(['GPU-a: its limit is back at 400 W, from 250'])
  expect(stateOf('GPU-a').powerLimitW).toBe(400)
  // usually nothing was late, and what the first look did is said
  change('GPU-a', { powerLimitW: 300, enforcedLimitW: 300 })
  expect((await giveBackTwice(makeNote([tuned]), hands, sameBoot)).said).toEqual([
    'GPU-a: its limit is back at 400 W, from 300',
  ])
})
