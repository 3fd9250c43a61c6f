import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { makeNote, makeNotedCard } from '../../testing/restore-note.ts'
import type { Keeper } from './keeper.ts'
import { notePath, type RestoreNote, writeNote } from './note.ts'
import { Restorer } from './restorer.ts'

const said = ['GPU-a: its limit is back at 400 W, from 250']

/** A tuning that set 250 W; its keeper answers, or dies when it is asked. */
function opened(keeperOf: (die: () => never) => Keeper['ask']) {
  const folder = join(mkdtempSync(join(tmpdir(), 'restorer-')), 'tuning')
  mkdirSync(folder)
  writeNote(notePath(folder), makeNote([makeNotedCard()]))
  const keeper = {
    isGone: false,
    release: () => undefined,
    ask: keeperOf(() => {
      keeper.isGone = true
      throw new JoulemarkError('environment', 'the process that watches over the cards ended (SIGKILL)')
    }),
  }
  const notes: RestoreNote[] = []
  const byNote = async (_: string, note: RestoreNote) => {
    notes.push(note)
    return { said, isDone: true }
  }
  return { folder, notes, restorer: new Restorer({ keeper, folder, nvidiaSmi: 'nvidia-smi', byNote }) }
}
const set = { powerLimitW: 250, smClockMHz: 1500 }

test('a keeper that dies while it gives back does not keep this process from it', async () => {
  const { restorer, notes } = opened((die) => async () => die())
  await restorer.watched(set, async () => undefined)
  expect(await restorer.restore()).toEqual(said)
  expect(notes).toHaveLength(1)
})

test('a note that was deleted meanwhile is not taken for cards that are back', async () => {
  const { restorer, notes, folder } = opened((die) => async () => die())
  await restorer.watched(set, async () => undefined)
  rmSync(folder, { recursive: true })
  expect(await restorer.restore()).toEqual(said)
  expect(notes[0]?.cards).toMatchObject([{ powerLimitW: 400, limitsSetW: [250], clockWasLocked: true }])
  expect(existsSync(folder)).toBe(true)
})

test('what the keeper reports while it runs is an error, and nobody else writes', async () => {
  const failing = opened(() => async () => {
    throw new JoulemarkError('environment', 'the disk is full')
  })
  await expect(failing.restorer.restore()).rejects.toThrow('the disk is full')
  expect(failing.notes).toEqual([])
})
