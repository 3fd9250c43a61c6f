import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSeal } from '../evidence/check-seal.ts'
import { chainOfKey, loadKey, writeNewKey } from '../record/signing/key-file.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { silentProgress } from './progress.ts'
import { runPrepared } from './run.ts'

/** A key file with its chain, as `joulemark run` finds them. */
function newKey() {
  const JOULEMARK_KEY = join(mkdtempSync(join(tmpdir(), 'chain-key-')), 'seller.pem')
  const { publicHex } = writeNewKey(JOULEMARK_KEY)
  const signingKey = loadKey({ JOULEMARK_KEY })
  const signingChain = chainOfKey({ JOULEMARK_KEY }, signingKey)
  if (signingKey === null || signingChain === null) throw new Error('no key was made')
  return { signingKey, signingChain, publicHex }
}

async function run({ signingKey, signingChain }: ReturnType<typeof newKey>) {
  const warnings: string[] = []
  const progress = { ...silentProgress, warn: (line: string) => void warnings.push(line) }
  const { prepared, options } = fakeRun({ options: { signingKey, signingChain, progress } })
  const finished = await runPrepared(prepared, options, null)
  const seal = await checkSeal(finished.directory)
  return { ...finished, seal, warnings }
}

test('runs of one key are signed at successive places, each naming the run before it', async () => {
  const key = newKey()
  const [first, second] = [await run(key), await run(key)]
  for (const { seal } of [first, second]) expect([seal.problems, seal.signedBy]).toEqual([[], key.publicHex])
  const id = first.record.chain?.id
  expect(first.record.chain).toEqual({ id, place: 1, previous: null })
  expect(second.record.chain).toEqual({ id, place: 2, previous: first.seal.digest })
  const entries = readdirSync(key.signingChain).map((name): unknown =>
    JSON.parse(readFileSync(join(key.signingChain, name), 'utf8')),
  )
  expect(entries).toEqual([
    { chain: id, place: 1, run: first.record.id, manifestSha256: first.seal.digest },
    { chain: id, place: 2, run: second.record.id, manifestSha256: second.seal.digest },
  ])
})

test('a chain that cannot be written costs the place and never the signature', async () => {
  const key = newKey()
  writeFileSync(key.signingChain, 'a file where the folder should be')
  const { record, seal, warnings } = await run(key)
  expect([seal.problems, seal.signedBy]).toEqual([[], key.publicHex])
  expect(record).not.toHaveProperty('chain')
  expect(warnings).toContainEqual(
    expect.stringMatching(/^the record is signed, but has no place in the chain of its key: /),
  )
})
