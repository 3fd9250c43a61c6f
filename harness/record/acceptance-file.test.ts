import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeRun } from '../testing/record-builder.ts'
import { ACCEPTANCE_FILE, withVerdict, writeAcceptance } from './acceptance-file.ts'
import { toJson } from './json-file.ts'
import type { StoredRun } from './read.ts'
import { newKeyPair, readPrivateKey } from './signing/signature.ts'

const key = readPrivateKey(newKeyPair().privatePem, 'a test')
const at = new Date('2026-11-01T12:00:00Z')

function storedRun(): StoredRun {
  const directory = mkdtempSync(join(tmpdir(), 'accepted-'))
  const record = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: 2000 } })
  writeFileSync(join(directory, 'run.json'), toJson(record))
  return { directory, record }
}
const edit = ({ directory }: StoredRun, name: string, from: string, to: string): void => {
  const text = readFileSync(join(directory, name), 'utf8')
  expect(text).toContain(from)
  writeFileSync(join(directory, name), text.replace(from, to))
}

test.each([
  ['accepted', null],
  ['rejected', key],
] as const)('a run that was %s keeps its verdict', async (verdict, signedBy) => {
  const run = storedRun()
  await writeAcceptance(run, { verdict, failed: ['one: 900 tokens/s'], at }, signedBy)
  expect(await withVerdict(run)).toEqual({ ...run, verdict, invalid: null })
  const file = JSON.parse(readFileSync(join(run.directory, ACCEPTANCE_FILE), 'utf8'))
  expect(file.signature === undefined).toBe(signedBy === null)
  expect(file).toMatchObject({ judgedAt: at.toISOString(), failed: ['one: 900 tokens/s'] })
})

test('a record alone has no verdict', async () => {
  expect(await withVerdict(storedRun())).toMatchObject({ verdict: null, invalid: null })
})

test.each([
  ['a record that was changed since', 'run.json', '2000', '2001', /changed since/],
  ['a verdict that was turned', ACCEPTANCE_FILE, '"rejected"', '"accepted"', /signature is not valid/],
  ['a file cut short', ACCEPTANCE_FILE, '"verdict"', '', /not a verdict/],
])('%s is no verdict, with the reason', async (_, name, from, to, reason) => {
  const run = storedRun()
  await writeAcceptance(run, { verdict: 'rejected', failed: [], at }, key)
  edit(run, name, from, to)
  expect(await withVerdict(run)).toMatchObject({ verdict: null, invalid: expect.stringMatching(reason) })
})

test('the verdict of another run, copied beside this one, does not count', async () => {
  const [run, other] = [storedRun(), storedRun()]
  edit(other, 'run.json', '2000', '2002')
  await writeAcceptance(other, { verdict: 'accepted', failed: [], at }, null)
  writeFileSync(join(run.directory, ACCEPTANCE_FILE), readFileSync(join(other.directory, ACCEPTANCE_FILE)))
  expect(await withVerdict(run)).toMatchObject({ verdict: null, invalid: expect.stringMatching(/another record/) })
})
