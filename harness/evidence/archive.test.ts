import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { unpackArchive, writeArchive } from './archive.ts'
import { withBundle } from './open-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'archive-'))
const whole = join(folder, 'whole.tar')
const sizes = [10, 512, 600, 30_000, 200_000]
const files = sizes.map((size, index) => ({
  name: `runs/a/${index}`,
  source: { bytes: Buffer.alloc(size, index + 1) },
}))
let bytes: Buffer
beforeAll(async () => {
  await writeArchive(whole, files)
  bytes = readFileSync(whole)
})

function cut(length: number): string {
  const path = join(folder, `cut-${length}.tar`)
  writeFileSync(path, bytes.subarray(0, length))
  return path
}

test('a whole archive gives its files with their hashes', async () => {
  const unpacked = await unpackArchive(whole, mkdtempSync(join(folder, 'open-')))
  const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')
  expect(unpacked).toEqual(files.map(({ name, source }) => ({ name, sha256: hashOf(source.bytes) })))
})

const inside = [1, 511, 513, 1000, 1023, 1025, 5000, 20_000, 65_536, 66_000, 100_001]
test.each(inside)('an archive that was cut after %i bytes is refused', async (length) => {
  expect(length).toBeLessThan(bytes.length)
  const open = mkdtempSync(join(folder, 'open-'))
  await expect(unpackArchive(cut(length), open)).rejects.toThrow(/cut-\d+\.tar: not a complete bundle: Unexpected end/)
})

test('a bundle that was cut anywhere is one problem, and leaves nothing in the temporary folder', async () => {
  const temporary = mkdtempSync(join(folder, 'temporary-'))
  vi.stubEnv('TMPDIR', temporary)
  for (const length of [0, 512, 1024, 1536, ...inside, bytes.length - 1100, bytes.length - 1024]) {
    const { problems } = await withBundle(cut(length), async (bundle) => bundle)
    expect(problems, String(length)).toHaveLength(1)
  }
  vi.unstubAllEnvs()
  expect(readdirSync(temporary)).toEqual([])
})
