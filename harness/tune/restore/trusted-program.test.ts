import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeNote, makeNotedCard } from '../../testing/restore-note.ts'
import { notePath, writeNote } from './note.ts'
import { restoreFolder } from './restore-folder.ts'
import { trustedProgram } from './trusted-program.ts'

const root = mkdtempSync(join(tmpdir(), 'trusted-'))
const folder = join(root, 'tuning')
mkdirSync(folder)
const made = (path: string, mode = 0o755): string => {
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, mode)
  return path
}
const own = made(join(root, 'nvidia-smi'))
const shared = made(join(root, 'shared-smi'), 0o777)
const besideNote = made(join(folder, 'smi'))
const note = notePath(folder)
const uid = process.getuid?.() ?? 0

test('the program on PATH, and a file of this user', () => {
  expect(trustedProgram('nvidia-smi', note)).toBe('nvidia-smi')
  expect(trustedProgram(own, note)).toBe(own)
})

test.each([
  ['everyone may write to it', shared, uid],
  ['it lies in the same folder', besideNote, uid],
  ['it is the file of another user', made(join(root, 'other')), uid + 1],
  ['it is not there', join(root, 'gone'), uid],
  ['it is no path', 'other-smi', uid],
])('no other program of a note is started: %s', (reason, program, user) => {
  expect(() => trustedProgram(program, note, user)).toThrow(`which is not started: ${reason}; name the program`)
})

test('a restore starts nothing that the note brings along, but what a person names', async () => {
  writeNote(note, makeNote([makeNotedCard({ limitsSetW: [250] })], { nvidiaSmi: besideNote }))
  const used: string[] = []
  const byNote = async (_: string, __: unknown, nvidiaSmi: string) => {
    used.push(nvidiaSmi)
    return { said: [], isDone: true }
  }
  await expect(restoreFolder(folder, { byNote })).rejects.toMatchObject({ code: 'bad-input' })
  await restoreFolder(folder, { byNote, nvidiaSmi: own })
  expect(used).toEqual([own])
})
