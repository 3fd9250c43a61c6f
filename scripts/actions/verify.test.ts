import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { unpackArchive } from '../../harness/evidence/archive.ts'
import { signed } from '../../harness/evidence/seal.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { toJson } from '../../harness/record/json-file.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { asWritten } from '../../harness/record/signing/manifest.ts'
import { newKeyPair, publicHexOf, publicPemOf, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import type { CommandIo } from '../support/io.ts'
import { projectRoot } from '../support/tool-info.ts'
import { bundle } from './bundle.ts'
import { verify } from './verify.ts'

/** What `verify` says of signed runs: whose key, which places of its chain, and what it could not check. */
const folder = mkdtempSync(join(tmpdir(), 'verify-command-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const pem = join(folder, 'seller.pem')
const runs: LiveRun[] = []
beforeAll(async () => {
  writeFileSync(pem, publicPemOf(publicHexOf(key)))
  const chain = join(folder, 'chain')
  for (const second of [1, 2, 3]) {
    runs.push(await writeLiveRun(join(folder, 'results'), { key, chain, id: `20261120-10150${second}-a` }))
  }
})
afterEach(() => vi.restoreAllMocks())

async function said(command: (io: CommandIo) => Promise<number>): Promise<{ code: number; stdout: string }> {
  let stdout = ''
  const print = (text: string): void => {
    stdout += text
  }
  const stderr = { isTTY: false, color: false, write: () => true }
  const code = await command({ stdout: print, stderr, env: {}, columns: null, color: false })
  return { code, stdout }
}
const directories = (...places: number[]): string[] => places.map((place) => (runs[place - 1] as LiveRun).directory)

describe('the key', () => {
  test('that is not pinned is called so', async () => {
    const { code, stdout } = await said((io) => verify(directories(1), {}, io))
    expect(code).toBe(0)
    expect(stdout).toContain(
      `signed by  ${publicHexOf(key)} (key not pinned: anyone can make one; compare with --key FILE)`,
    )
  })

  test('that is given as a file is the one that must have signed', async () => {
    const { code, stdout } = await said((io) => verify(directories(1), { key: pem }, io))
    expect([code, stdout]).toEqual([0, expect.stringContaining(`signed by  ${publicHexOf(key)}, the given key`)])
    const other = join(folder, 'other.pem')
    writeFileSync(other, publicPemOf(publicHexOf(readPrivateKey(newKeyPair().privatePem, 'another'))))
    const refused = await said((io) => verify(directories(1), { key: other }, io))
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('signature: is of key')])
    // of a bundle too, nothing but the key is wrong
    const out = join(folder, 'pinned.tar')
    await said((io) => bundle(directories(1), { out, redact: false }, io))
    const { code: its, stdout: lines } = await said((io) => verify([out], { key: other }, io))
    expect([its, lines.match(/NOT VERIFIED \(\d+\)/g)]).toEqual([1, ['NOT VERIFIED (1)']])
    expect(lines).toContain(`signature: is of key ${publicHexOf(key)}; expected that of`)
  })

  test.each([
    ['deadbeef', '--key deadbeef: expected an Ed25519 public key: 64 hexadecimal digits, or PEM'],
    ['seller.pem', '--key seller.pem: no such file'],
  ])('that is not one (%s) is refused in plain words', async (given, message) => {
    await expect(said((io) => verify(directories(1), { key: given }, io))).rejects.toThrow(message)
  })
})

describe('the chain of a key', () => {
  test('with every run says that none is missing, and what that does not prove', async () => {
    const { code, stdout } = await said((io) => verify([join(folder, 'results')], {}, io))
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}chain {6}place 2 of the runs that this key signed\n/)
    expect(stdout).toMatch(
      /\nchain [0-9a-f]{16} of key [0-9a-f]{16}…: places 1 to 3 here; no run before place 3 is missing\n/,
    )
    expect(stdout).toContain('or that it was started anew')
    expect(stdout).not.toContain('A gap is')
    // the chain goes by the name of the key beside each run
    expect(stdout).toContain(`of key ${publicHexOf(key).slice(0, 16)}…: `)
  })

  test('names the runs that were left out, also of a bundle, whole or redacted', async () => {
    const text = 'place 3 here; MISSING: places 1 to 2 (2 runs that this key signed and that are not here)'
    expect(await said((io) => verify(directories(3), {}, io))).toEqual({
      code: 0,
      stdout: expect.stringContaining(text),
    })
    for (const redact of [false, true]) {
      const out = join(folder, `best-${redact}.tar`)
      expect((await said((io) => bundle(directories(3), { out, redact }, io))).code).toBe(0)
      const { code, stdout } = await said((io) => verify([out], { key: pem }, io))
      expect([code, stdout]).toEqual([0, expect.stringContaining(text)])
      expect(readFileSync(out, 'latin1')).toContain(text)
    }
  })

  test('is in the JSON as places', async () => {
    const { stdout } = await said((io) => verify(directories(1, 3), { json: true }, io))
    expect(JSON.parse(stdout)).toMatchObject({
      verified: [{ chain: { place: 1, previous: null } }, { chain: { place: 3 } }],
      chains: [{ publicKey: publicHexOf(key), missing: [{ first: 2, last: 2 }], problems: [] }],
    })
  })

  test('that was rewritten does not verify, and goes into no bundle', async () => {
    const [first, second] = runs as [LiveRun, LiveRun]
    const { signature: _, redactedCopy: __, manifestSha256: ___, ...rest } = second.record
    const chain = { ...(first.record.chain as NonNullable<RunRecord['chain']>) }
    const again = mkdtempSync(join(folder, 'again-'))
    cpSync(second.directory, again, { recursive: true })
    writeFileSync(join(again, 'run.json'), toJson(asWritten(await signed(again, { ...rest, chain }, key))))
    const { code, stdout } = await said((io) => verify([...directories(1), again], {}, io))
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /NOT VERIFIED \(2\): chain [0-9a-f]{16} of key [0-9a-f]{16}…\n.*has place 1, and so has another record/,
    )
    await expect(
      said((io) => bundle([...directories(1), again], { out: join(folder, 'no.tar'), redact: false }, io)),
    ).rejects.toThrow('has place 1, and so has another record')
  })
})

describe('what is wrong', () => {
  test('one changed row: its file first, and not each of the values that follow from it', async () => {
    const changed = mkdtempSync(join(folder, 'changed-'))
    cpSync((runs[0] as LiveRun).directory, changed, { recursive: true })
    const rows = join(changed, 'requests.csv')
    writeFileSync(rows, readFileSync(rows, 'utf8').replaceAll(/(?<=,)1(?=\d\d\d)/g, '2'))
    const { code, stdout } = await said((io) => verify([changed], {}, io))
    const lines = stdout.trimEnd().split('\n')
    expect([code, lines[0]]).toEqual([1, expect.stringMatching(/^NOT VERIFIED \(\d+\)/)])
    expect(lines[1]).toMatch(/^ {2}requests\.csv: /)
    expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(6)
    expect(stdout).toMatch(/and \d+ more; --json lists all/)
  })

  test.each(['quote-A-2041.json', 'quote-A-2041.pdf', 'report.html'])('%s is not a bundle', async (name) => {
    const path = join(folder, name)
    writeFileSync(path, '{}')
    await expect(said((io) => verify([path], {}, io))).rejects.toThrow(`${path}: not a bundle`)
  })

  test('a file that is no archive is called so, once', async () => {
    const path = join(folder, 'note.tar')
    writeFileSync(path, 'x'.repeat(2048))
    const { code, stdout } = await said((io) => verify([path], {}, io))
    expect([code, stdout]).toEqual([1, `NOT VERIFIED (1): ${path}\n  ${path}: no tar archive\n`])
  })
})

describe('a fault of the program', () => {
  const broken = (): void => {
    vi.spyOn(ArrayBuffer.prototype, 'transfer').mockImplementation(() => {
      throw new TypeError('buffer.transfer is not a function')
    })
  }

  test('is no verdict on the record: exit code 3, and nothing is called changed', async () => {
    broken()
    const { code, stdout } = await said((io) => verify(directories(1), {}, io))
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^NOT CHECKED: 20261120-101501-a\n {2}values: buffer\.transfer is not a function\. This is a fault/,
    )
    expect(stdout).not.toMatch(/NOT VERIFIED|\nverified|changed/)
    await expect(said((io) => bundle(directories(1), { out: join(folder, 'no.tar') }, io))).rejects.toThrow(
      'a fault of',
    )
  })

  test('hides no change that was found', async () => {
    broken()
    const path = mkdtempSync(join(folder, 'spoilt-'))
    cpSync(directories(1)[0] as string, path, { recursive: true })
    rmSync(join(path, 'gaps.csv'))
    const { code, stdout } = await said((io) => verify([path], {}, io))
    expect([code, stdout]).toEqual([1, expect.stringContaining('gaps.csv: is missing')])
  })
})

test('a bundle of a record of schema 1 holds the manifest that was signed', async () => {
  const fixtures = join(projectRoot, 'harness/testing/fixtures/records-v1')
  const [old = ''] = await findRuns([fixtures])
  const out = join(folder, 'old.tar')
  expect((await said((io) => bundle([old], { out, redact: false }, io))).code).toBe(0)
  const { code, stdout } = await said((io) => verify([out], {}, io))
  expect([code, stdout]).toEqual([0, expect.stringContaining('no place: signed runs before it can be omitted unseen')])
  const open = mkdtempSync(join(folder, 'open-'))
  const names = (await unpackArchive(out, open)).map(({ name }) => name)
  const read = (form: RegExp): Buffer => readFileSync(join(open, names.find((name) => form.test(name)) ?? ''))
  const [manifest, signature] = [read(/^manifests.*json$/), read(/sig$/)]
  expect(verifySignature(null, manifest, createPublicKey(read(/pem$/)), signature)).toBe(true)
})
