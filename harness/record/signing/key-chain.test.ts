import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ChainLink } from '../schema/signature.ts'
import { chainFolder, takePlace } from './key-chain.ts'

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'chain-')), 'deep', 'chain')
const digestOf = (link: ChainLink): string => createHash('sha256').update(JSON.stringify(link)).digest('hex')
const make = async (link: ChainLink) => ({
  taken: { link, digest: digestOf(link) },
  entry: { run: `run-${link.place}`, digest: digestOf(link) },
})

test('each record holds its place and the digest of the one before it', async () => {
  const folder = newFolder()
  const first = await takePlace(folder, make)
  const second = await takePlace(folder, make)
  const { id } = first.link
  expect(id).toMatch(/^[0-9a-f]{16}$/)
  expect(first.link).toEqual({ id, place: 1, previous: null })
  expect(second.link).toEqual({ id, place: 2, previous: first.digest })
  expect(readdirSync(folder)).toEqual(['00000001.json', '00000002.json'])
  const entry: unknown = JSON.parse(readFileSync(join(folder, '00000002.json'), 'utf8'))
  expect(entry).toEqual({ chain: id, place: 2, run: 'run-2', manifestSha256: second.digest })
})

test('runs that end at once get a place each, and the chain stays whole', async () => {
  const folder = newFolder()
  const all = await Promise.all(Array.from({ length: 20 }, () => takePlace(folder, make)))
  const chain = all.toSorted((a, b) => a.link.place - b.link.place)
  expect(chain.map(({ link }) => link.place)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  expect(new Set(chain.map(({ link }) => link.id)).size).toBe(1)
  expect(chain.slice(1).map(({ link }) => link.previous)).toEqual(chain.slice(0, -1).map(({ digest }) => digest))
  expect(readdirSync(folder)).toHaveLength(20)
})

test('a record that cannot be made takes no place', async () => {
  const folder = newFolder()
  await expect(takePlace(folder, () => Promise.reject(new Error('no key')))).rejects.toThrow('no key')
  expect((await takePlace(folder, make)).link.place).toBe(1)
})

test.each([
  ['is cut off', '{"place": 1', /00000001\.json: not an entry of the chain/],
  [
    'holds another place',
    JSON.stringify({ chain: 'b'.repeat(16), place: 2, run: 'a', manifestSha256: 'a'.repeat(64) }),
    /holds place 2/,
  ],
])('an entry that %s ends the chain with an error that names it', async (_, text, message) => {
  const folder = newFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, '00000001.json'), text)
  await expect(takePlace(folder, make)).rejects.toThrow(message)
})

test('every key has its own chain beside its file', () => {
  const [a, b] = ['a', 'b'].map((digit) => chainFolder('/keys/signing-key.pem', digit.repeat(64)))
  expect(a).toMatch(/^\/keys\/chain-[0-9a-f]{16}$/)
  expect(a).not.toBe(b)
})
