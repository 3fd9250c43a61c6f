import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../record/schema/run.ts'
import { newKeyPair, publicHexOf, readPrivateKey } from '../record/signing/signature.ts'
import { writeLiveRun } from '../testing/live-record.ts'
import { checkSeal, type Seal } from './check-seal.ts'
import { chainLines, keyChains } from './key-chains.ts'
import { writeRedactedCopy } from './redaction/redacted-copy.ts'

const folder = mkdtempSync(join(tmpdir(), 'key-chains-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const chain = join(folder, 'chain')
const seals: Seal[] = []
const copies: Seal[] = []
beforeAll(async () => {
  for (let run = 1; run <= 4; run += 1) {
    const { directory, record } = await writeLiveRun(folder, { key, chain, id: `20261120-10150${run}-a` })
    seals.push(await checkSeal(directory, publicHexOf(key)))
    copies.push(await checkSeal(await writeRedactedCopy(directory, record, join(folder, 'copies')), publicHexOf(key)))
  }
})
const pick = (...places: number[]): Seal[] => places.map((place) => seals[place - 1] as Seal)
const only = (runs: readonly Seal[]) => keyChains(runs)[0]!

describe('runs of one key', () => {
  test('are signed at successive places, each with the digest of the one before', () => {
    expect([...seals, ...copies].flatMap(({ problems }) => problems)).toEqual([])
    const id = seals[0]?.record?.chain?.id
    expect(seals.map(({ record }) => record?.chain)).toEqual([
      { id, place: 1, previous: null },
      ...[1, 2, 3].map((place) => ({ id, place: place + 1, previous: seals[place - 1]?.digest })),
    ])
    expect(copies.map(({ record }) => record?.chain)).toEqual(seals.map(({ record }) => record?.chain))
    expect(readdirSync(chain)).toHaveLength(4)
  })

  test('that are all here have no gap and no contradiction, in any order, with their redacted copies', () => {
    for (const runs of [pick(3, 1, 4, 2), copies, [...seals, ...copies]]) {
      expect(only(runs)).toMatchObject({ here: [{ first: 1, last: 4 }], missing: [], problems: [] })
    }
    expect(chainLines([only(seals)])[0]).toMatch(
      /^chain [0-9a-f]{16} of key [0-9a-f]{16}…: places 1 to 4 here; no run before place 4 is missing$/,
    )
  })

  test.each([
    ['the first and the third', [2, 4], 'places 2, 4 here; MISSING: places 1, 3 (2 runs'],
    ['all but the last', [4], 'place 4 here; MISSING: places 1 to 3 (3 runs'],
    ['one', [1, 2, 4], 'places 1 to 2, 4 here; MISSING: place 3 (1 run '],
  ])('of which %s were left out show the gap', (_, places, text) => {
    expect(chainLines([only(pick(...places))])[0]).toContain(text)
    expect(only(pick(...places)).problems).toEqual([])
  })
})

describe('a chain that was rewritten is found', () => {
  const changed = (seal: Seal, over: Partial<NonNullable<RunRecord['chain']>>, digest = seal.digest): Seal => {
    const { record } = seal
    if (!record?.chain) throw new Error('the run has no place')
    return { ...seal, digest, record: { ...record, chain: { ...record.chain, ...over } } }
  }
  const other = 'f'.repeat(64)

  test.each([
    [
      'a place that was taken twice',
      () => [...pick(1, 2), changed(seals[2]!, { place: 2, previous: seals[0]!.digest })],
      'has place 2, and so has another record',
    ],
    [
      'a record that was signed again at its place',
      () => [...pick(2), changed(seals[1]!, {}, other)],
      'has place 2, and so has another record',
    ],
    [
      'another record before it',
      () => [...pick(1), changed(seals[1]!, { previous: other })],
      'as the record at place 1, and that is',
    ],
    ['a first record with one before it', () => [changed(seals[0]!, { previous: other })], 'place 1 does not fit'],
    ['a later record with none before it', () => [changed(seals[2]!, { previous: null })], 'place 3 does not fit'],
  ])('%s', (_, runs, what) => {
    expect(only(runs()).problems).toContainEqual(expect.objectContaining({ what: expect.stringContaining(what) }))
  })

  test('and a place of any size is no loop', () => {
    const far = changed(seals[1]!, { place: Number.MAX_SAFE_INTEGER })
    expect(only([far]).missing).toEqual([{ first: 1, last: Number.MAX_SAFE_INTEGER - 1 }])
  })
})

test('runs without a signature and without a place are in no chain', async () => {
  const unsigned = await checkSeal((await writeLiveRun(mkdtempSync(join(folder, 'a-')), {})).directory)
  const before = await checkSeal((await writeLiveRun(mkdtempSync(join(folder, 'b-')), { key })).directory)
  expect(keyChains([unsigned, before])).toEqual([])
  expect(chainLines([])).toEqual([])
})

test('a key has a chain on each machine, which do not contradict each other', async () => {
  const { directory } = await writeLiveRun(mkdtempSync(join(folder, 'c-')), { key, chain: join(folder, 'elsewhere') })
  const chains = keyChains([...pick(1, 2), await checkSeal(directory)])
  expect(chains.map(({ here, problems }) => [here, problems])).toEqual([
    [[{ first: 1, last: 2 }], []],
    [[{ first: 1, last: 1 }], []],
  ])
  expect(chainLines(chains)).toContainEqual(expect.stringMatching(/^key [0-9a-f]{16}… has 2 chains here/))
})
