import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeHands } from '../../testing/card-hands.ts'
import { makeCardState } from '../../testing/found-card.ts'
import { makeNote, makeNotedCard } from '../../testing/restore-note.ts'
import { readNote } from '../restore/note.ts'
import type { SettingAnswer } from './answer.ts'
import { CardWriter } from './writer.ts'

const notePathHere = (): string => join(mkdtempSync(join(tmpdir(), 'writer-')), 'restore.json')
const as = (powerLimitW: number | null, smClockMHz: number | null = null) => ({ powerLimitW, smClockMHz })

test('a value is in the note on disk before it is typed', async () => {
  const path = notePathHere()
  const noted: unknown[] = []
  const { hands } = fakeHands([{}], () => {
    noted.push(readNote(path)?.cards[0])
    return null
  })
  const writer = new CardWriter(makeNote([makeNotedCard()]), path, hands)
  await writer.apply(as(300))
  await writer.apply(as(null, 1500))
  expect(noted).toMatchObject([
    { limitsSetW: [300], clockWasLocked: false },
    { limitsSetW: [300], clockWasLocked: true },
    { limitsSetW: [300], clockWasLocked: true },
  ])
})

test('what is left as found is untouched at first, and put back between other settings', async () => {
  const { hands, typed, locks } = fakeHands()
  const writer = new CardWriter(makeNote([makeNotedCard()]), notePathHere(), hands)
  expect(await writer.apply(as(null))).toEqual({ powerLimitW: 400, smClockMHz: null })
  expect(typed).toEqual([])
  expect(await writer.apply(as(300, 1500))).toEqual({ powerLimitW: 300, smClockMHz: 1500 })
  expect(await writer.apply(as(null))).toEqual({ powerLimitW: 400, smClockMHz: null })
  expect(typed).toEqual(['-i GPU-a -pl 300', '-i GPU-a -lgc 1500,1500', '-i GPU-a -pl 400', '-i GPU-a -rgc'])
  expect(locks.size).toBe(0)
})

test('all cards are set alike; cards that were found at different limits have no one limit as found', async () => {
  const { hands } = fakeHands([{}, { uuid: 'GPU-b', powerLimitW: 500 }])
  const note = makeNote([makeNotedCard(), makeNotedCard({ uuid: 'GPU-b', powerLimitW: 500 })])
  const writer = new CardWriter(note, notePathHere(), hands)
  expect(await writer.apply(as(null))).toEqual({
    powerLimitW: null,
    smClockMHz: null,
    reason: 'limits of 400 and 500 W',
  })
  expect(await writer.apply(as(300))).toEqual({ powerLimitW: 300, smClockMHz: null })
  const { said } = await writer.restore('tune', { isSameBoot: true })
  expect(said).toEqual(['GPU-a: its limit is back at 400 W, from 300', 'GPU-b: its limit is back at 500 W, from 300'])
})

test('waits until the card enforces what it was asked for, and refuses another limit in the end', async () => {
  const path = notePathHere()
  let polls = 0
  const late = fakeHands([{}], () => ({ returnCode: 0, text: 'All done.' }))
  const hands = {
    ...late.hands,
    wait: async () => {
      polls += 1
      if (polls === 7) late.change('GPU-a', { powerLimitW: 300, enforcedLimitW: 300 })
    },
  }
  const writer = new CardWriter(makeNote([makeNotedCard()]), path, hands)
  expect(await writer.apply(as(300))).toMatchObject({ powerLimitW: 300 })
  await expect(writer.apply(as(250))).rejects.toThrow('GPU-a: asked for 250 W, but the card enforces 300 W')
})

test('a limit that another has changed since is not overwritten, but one that the driver forgot is', async () => {
  const { hands, typed, change } = fakeHands()
  const writer = new CardWriter(makeNote([makeNotedCard()]), notePathHere(), hands)
  await writer.apply(as(300))
  change('GPU-a', { powerLimitW: 350 })
  await expect(writer.apply(as(250))).rejects.toThrow(
    /GPU-a: its limit is 350 W, which joulemark did not set: someone else/,
  )
  expect(typed).toEqual(['-i GPU-a -pl 300'])
  change('GPU-a', { powerLimitW: 600, isPersistent: false })
  expect(await writer.apply(as(250))).toMatchObject({ powerLimitW: 250 })
})

test('a clock that the card does not lock is an error, not a result', async () => {
  const text = 'Setting locked GPU clocks is not supported for GPU x.\nTreating as warning and moving on.\nAll done.\n'
  const { hands } = fakeHands([{}], () => ({ returnCode: 0, text }))
  const writer = new CardWriter(makeNote([makeNotedCard()]), notePathHere(), hands)
  await expect(writer.apply(as(null, 1500))).rejects.toThrow(
    '`nvidia-smi -i GPU-a -lgc 1500,1500` answered: Setting locked GPU clocks is not supported for GPU x.',
  )
})

test('the note says how it ended, and by whom', async () => {
  const path = notePathHere()
  const { hands } = fakeHands()
  const writer = new CardWriter(makeNote([makeNotedCard()]), path, hands)
  await writer.apply(as(300))
  expect(await writer.restore('watchdog', { isSameBoot: true })).toMatchObject({ isDone: true })
  const note = JSON.parse(readFileSync(path, 'utf8'))
  expect(note).toMatchObject({ endedBy: 'watchdog', endedAt: expect.any(String), cards: [{ end: 'given-back' }] })
  expect(note.said).toEqual(['GPU-a: its limit is back at 400 W, from 300'])
})

test.each([
  ['the card does not support it', { returnCode: 0, text: 'Setting locked GPU clocks is not supported for GPU x.\n' }],
  [
    'this user may not set it',
    { returnCode: 4, text: 'The current user does not have permission to change clocks for GPU x.\n' },
  ],
])('a clock that was refused because %s leaves nothing to give back', async (_, refusal) => {
  const path = notePathHere()
  const { hands, typed } = fakeHands([{}, { uuid: 'GPU-b' }], (call) =>
    call[1] === 'GPU-b' || call[2] === '-rgc' ? refusal : null,
  )
  const note = makeNote([makeNotedCard(), makeNotedCard({ uuid: 'GPU-b' }), makeNotedCard({ uuid: 'GPU-c' })])
  const three = { ...hands, read: async () => note.cards.map(({ uuid }) => ({ ...makeCardState(), uuid })) }
  const writer = new CardWriter(note, path, three)
  await expect(writer.apply(as(null, 1500))).rejects.toThrow('-lgc 1500,1500` answered: ')
  // the first took its lock, the second refused it, and the third was never asked
  expect(readNote(path)?.cards.map(({ clockWasLocked }) => clockWasLocked)).toEqual([true, false, false])
  expect(typed).toEqual(['-i GPU-a -lgc 1500,1500', '-i GPU-b -lgc 1500,1500'])
})

test('a lock that failed for an unknown reason, or that follows one that was taken, is still given back', async () => {
  const path = notePathHere()
  let answer: SettingAnswer | null = { returnCode: null, text: '' }
  const { hands } = fakeHands([{}], () => answer)
  const writer = new CardWriter(makeNote([makeNotedCard()]), path, hands)
  await expect(writer.apply(as(null, 1500))).rejects.toThrow('no answer in time')
  expect(readNote(path)?.cards[0]?.clockWasLocked).toBe(true)
  answer = { returnCode: 2, text: 'out of range' }
  await expect(writer.apply(as(null, 9000))).rejects.toThrow('out of range')
  expect(readNote(path)?.cards[0]?.clockWasLocked).toBe(true)
})
