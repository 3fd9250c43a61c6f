import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSeal } from '../evidence/check-seal.ts'
import { keyPlace, loadOrMakeKey } from '../record/signing/key-file.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { silentProgress } from './progress.ts'
import { runPrepared } from './run.ts'

/** A run of a user without a key, in a home folder of its own. */
async function run(home: string, prepared = {}) {
  const said: string[] = []
  const keep = (line: string) => void said.push(line)
  const progress = { ...silentProgress, note: keep, warn: keep }
  const newSigningKey = () => loadOrMakeKey({ HOME: home })
  const fake = fakeRun({ prepared, options: { signingKey: null, newSigningKey, progress } })
  const { directory } = await runPrepared(fake.prepared, fake.options, null)
  return { seal: await checkSeal(directory), said: said.filter((line) => /sign/.test(line)) }
}
const newHome = () => mkdtempSync(join(tmpdir(), 'first-key-'))

test('the first live run makes a key and says so in one line, the next one signs with the same', async () => {
  const home = newHome()
  const { path } = keyPlace({ HOME: home })
  const [first, second] = [await run(home), await run(home)]
  expect(first.said).toEqual([`signing key made: ${path}; the runs of this user are signed from now on`])
  expect(second.said).toEqual([])
  expect(first.seal.signedBy).toMatch(/^[0-9a-f]{64}$/)
  expect(second.seal.signedBy).toBe(first.seal.signedBy)
  expect([statSync(path).mode & 0o777, readFileSync(path, 'utf8')]).toEqual([
    0o600,
    expect.stringContaining('PRIVATE KEY'),
  ])
})

test('a simulated run makes none', async () => {
  const home = newHome()
  const { seal, said } = await run(home, { simulatedBy: 'the server says so' })
  expect([seal.signedBy, said, readdirSync(home)]).toEqual([null, [], []])
})

test('where no key can be made the run goes on unsigned, and says why', async () => {
  const home = newHome()
  writeFileSync(join(home, '.config'), 'a file in the place of the folder')
  const { seal, said } = await run(home)
  expect(seal.signedBy).toBeNull()
  expect(said).toEqual([expect.stringMatching(/^this run will not be signed: .*signing-key\.pem: /)])
})

test('a key that another run made in the meantime is taken', () => {
  const home = newHome()
  const made = loadOrMakeKey({ HOME: home })
  const found = loadOrMakeKey({ HOME: home })
  expect([found.madeAt, found.chain]).toEqual([null, made.chain])
  const named = join(newHome(), 'missing.pem')
  mkdirSync(join(home, 'unused'))
  expect(() => loadOrMakeKey({ JOULEMARK_KEY: named })).toThrow(/cannot be read/)
})
