import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JoulemarkError } from '../../errors.ts'
import { unpackArchive, writeArchive } from '../../evidence/archive.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const folder = mkdtempSync(join(tmpdir(), 'fuzz-tar-'))
const archive = join(folder, 'a.tar')
const into = join(folder, 'in')

const file = (name: string, text: string) => ({ name, source: { bytes: Buffer.from(text) } })
const seedFile = join(folder, 'seed.tar')
await writeArchive(seedFile, [
  file('README.md', 'x'),
  file('runs/a/run.json', '{}\n'),
  file('keys/k.pem', 'k'.repeat(600)),
])
const seed = readFileSync(seedFile)
rmSync(seedFile)

/** Bundles: files inside the folder with the hashes that were given, or `negative-result` in one line. */
export const tarTarget: FuzzTarget = {
  name: 'tar',
  holds: 'an archive is unpacked inside its folder as listed, or refused with negative-result; it always ends',
  covers: ['evidence/archive.ts', 'tar-stream/extract.js', 'tar-stream/headers.js'],
  seeds: [seed, seed.subarray(0, 1024), seed.subarray(0, 700)],
  dictionary: [
    'ustar\x0000',
    '../x',
    '/etc/x',
    '\x00\x00\x00',
    'L',
    'x',
    '00000000010',
    '77777777777',
    '\x80\x00\x00\x00\x00\x00\x00\x01',
    '30 path=../../x\n',
    'run.json',
  ],
  async check(input) {
    rmSync(into, { recursive: true, force: true })
    mkdirSync(into)
    writeFileSync(archive, withChecksums(input))
    try {
      const files = await unpackArchive(archive, into)
      const names = readdirSync(into, { recursive: true })
        .map(String)
        .filter((name) => statSync(join(into, name)).isFile())
      assert.deepEqual(names.toSorted(), files.map(({ name }) => name).toSorted(), 'files: other than listed')
      for (const { name, sha256 } of files) {
        const found = createHash('sha256')
          .update(readFileSync(join(into, name)))
          .digest('hex')
        assert.equal(found, sha256, `hash: of ${name}`)
      }
    } catch (error) {
      if (!(error instanceof JoulemarkError)) throw error
      assert.equal(error.code, 'negative-result', `code: ${error.code}`)
    }
    assert.deepEqual(readdirSync(folder).toSorted(), ['a.tar', 'in'], 'place: a file outside of the folder')
  },
  close: () => rmSync(folder, { recursive: true, force: true }),
}

/** The archive with the checksum of each header made right: else a change of any byte of it would end the reading there. */
function withChecksums(input: Buffer): Buffer {
  const bytes = Buffer.from(input)
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const header = bytes.subarray(at, at + 512)
    if (header.toString('latin1', 257, 262) !== 'ustar') continue
    header.fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
  return bytes
}
