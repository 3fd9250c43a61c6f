import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeNote } from '../../testing/restore-note.ts'
import { claimCards, refuseClaimed, takeAway } from './claim.ts'

const card = { uuid: 'GPU-a', name: 'NVIDIA GeForce RTX 4090', nvidiaSmi: 'nvidia-smi' }
const here = () => mkdtempSync(join(tmpdir(), 'claim-'))
/** The only file of a folder, and what it holds. */
const only = (folder: string) => {
  const [name, ...others] = readdirSync(folder)
  expect(others).toEqual([])
  return join(folder, name as string)
}

test('a claim is one whole file, which refuses a second one and is gone when it is given up', () => {
  const folder = here()
  const giveUp = claimCards([card], '/results/tune-a/restore.json', folder)
  expect(JSON.parse(readFileSync(only(folder), 'utf8'))).toMatchObject({ note: '/results/tune-a/restore.json' })
  expect(() => claimCards([card], '/results/tune-b/restore.json', folder)).toThrow(
    /is being tuned: its process \d+ runs/,
  )
  only(folder)
  expect(() => refuseClaimed([card], folder)).toThrow(/is being tuned: its process/)
  giveUp()
  refuseClaimed([card], folder)
  expect(readdirSync(folder)).toEqual([])
})

test('a claim whose tuning has ended and left nothing to give back is replaced', () => {
  const folder = here()
  const giveUp = claimCards([card], '/does/not/exist/restore.json', folder)
  const path = only(folder)
  const { process, host } = makeNote([])
  writeFileSync(path, JSON.stringify({ process, host, note: '/does/not/exist/restore.json' }))
  claimCards([card], '/results/tune-b/restore.json', folder)
  expect(JSON.parse(readFileSync(only(folder), 'utf8'))).toMatchObject({ note: '/results/tune-b/restore.json' })
  // the first gives up nothing that is no longer its own
  giveUp()
  only(folder)
})

test('only the claim that was found stale is taken away, not one that another made meanwhile', () => {
  const folder = here()
  const path = join(folder, 'claim.json')
  writeFileSync(path, 'of another')
  takeAway(path, 'stale')
  expect(readFileSync(only(folder), 'utf8')).toBe('of another')
  takeAway(path, 'of another')
  expect(readdirSync(folder)).toEqual([])
  takeAway(path, 'of another')
})
