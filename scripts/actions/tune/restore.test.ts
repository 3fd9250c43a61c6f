import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeNote, makeNotedCard } from '../../../harness/testing/restore-note.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { notePath, writeNote } from '../../../harness/tune/restore/note.ts'
import { restore } from './restore.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A tuning that gave its cards back, and said so. */
function closedTuning(name: string, said: string): void {
  mkdirSync(join(folder, name))
  const path = notePath(join(folder, name))
  writeNote(path, makeNote([makeNotedCard({ end: 'given-back' })], { said: [said] }))
}

async function restored(...paths: string[]) {
  const { io, said } = saidIo()
  const code = await restore(paths, {}, io)
  return { code, ...said }
}

describe('tune --restore of a folder of tunings', () => {
  test('a folder whose note is broken is said, the others are given back, and the exit code is 3', async () => {
    mkdirSync(join(folder, 'a'))
    writeFileSync(notePath(join(folder, 'a')), '{')
    closedTuning('b', 'GPU-a: its limit is back at 400 W, from 250')
    const { code, stdout, stderr } = await restored(folder)
    expect(code).toBe(3)
    expect(stderr).toMatch(/\/a: not restored: .*this is no note of joulemark tune; set the cards by hand\n$/)
    expect(stdout).toContain('/b: nothing to do: the cards were given back\n')
    expect(stdout).toContain('/b: GPU-a: its limit is back at 400 W, from 250\n')
  })

  test('a path that is no folder keeps no other from being restored', async () => {
    closedTuning('b', 'GPU-a: its limit is back')
    const missing = join(folder, 'none')
    await expect(restored(missing, folder)).rejects.toThrow(/none: no such folder$/)
    mkdirSync(join(folder, 'a'))
    writeFileSync(notePath(join(folder, 'a')), '{')
    const { code, stdout, stderr } = await restored(missing, folder)
    expect([code, stdout.includes('GPU-a: its limit is back'), stderr.includes('none: no such folder')]).toEqual([
      3,
      true,
      true,
    ])
  })

  test('nothing of a note or of a name of a folder controls the terminal', async () => {
    const esc = '\u001b'
    closedTuning(`b${esc}[2J`, `GPU-a ${esc}]0;owned\u0007: its limit is back`)
    const { stdout } = await restored(folder)
    expect(stdout).toContain('owned')
    for (const control of [esc, '\u0007']) expect(stdout).not.toContain(control)
  })

  test('a folder without a tuning is no error', async () => {
    const { code, stdout } = await restored(folder)
    expect([code, stdout]).toEqual([0, `no tuning left a card set in ${folder}\n`])
  })
})
