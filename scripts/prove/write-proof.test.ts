import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ArchiveFile, sha256Of, unpackArchive, writeArchive } from '../../harness/evidence/archive.ts'
import { BUNDLE_LIST, type BundleList } from '../../harness/evidence/check-bundle.ts'
import { proofRun } from '../../harness/prove/proof-run.ts'
import { toJson } from '../../harness/record/json-file.ts'
import { PROOF_FILE, writeProof } from '../../harness/record/proof/proof-file.ts'
import { newKeyPair, publicHexOf, readPrivateKey } from '../../harness/record/signing/signature.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { adaFindings } from '../../harness/testing/proof-builder.ts'
import { makeSample } from '../../reports/testing/rows-builder.ts'
import { verify } from '../actions/verify.ts'
import type { CommandIo } from '../support/io.ts'
import { findingsOf } from './findings.ts'
import { type WrittenProof, writeProofFiles } from './write-proof.ts'

const HOST = 'secret-box-7'
// on the module itself: files of tests share what they import, so that one that is replaced may come too late
const named = vi.spyOn(os, 'hostname').mockReturnValue(HOST)
afterAll(() => named.mockRestore())

/** A proof with one record, signed, bundled, and edited afterwards. */
const folder = mkdtempSync(join(tmpdir(), 'proof-'))
const pem = newKeyPair().privatePem
const keyFile = join(folder, 'key.pem')
const key = publicHexOf(readPrivateKey(pem, 'test'))
let printed = ''
const stderr = { isTTY: false, color: false, write: (text: string) => (printed += text) }
const io: CommandIo = {
  ...{ stdout: (text: string) => (printed += text), stderr, columns: null, color: false },
  env: { JOULEMARK_KEY: keyFile },
}
const out = join(folder, 'out')
const UUID = 'GPU-6c4f2a10-0b1c-4d2e-8f3a-112233445566'
let run: FinishedRun
let written: WrittenProof

beforeAll(async () => {
  writeFileSync(keyFile, pem, { mode: 0o600 })
  run = await writeLiveRun(mkdtempSync(join(folder, 'results-')), { key: readPrivateKey(pem, 'test') })
  const doctor = JSON.stringify({ checks: [{ id: 'client', finding: `on ${HOST}` }] })
  const measured = {
    doctor,
    python: null,
    sensor: adaFindings,
    rows: [makeSample(0, 300, UUID)],
    runs: [{ ...run, step: 'closed-1' as const }],
  }
  const whole = proofRun('closed-1', run.record, [])
  const gates = whole.gates.map((gate) => ({ ...gate, evidence: `${gate.evidence}, seen by ${HOST}` }))
  const steps = [{ id: 'server', status: 'failed', seconds: 1, note: `nobody listens on ${HOST}` } as const]
  const frame = { startedAt: new Date(0), endedAt: new Date(60_000), minutes: 20, quick: false, interrupted: false }
  const log = { steps, step: async () => null, skip: () => undefined }
  const found = findingsOf(measured, [{ ...whole, gates }], { ...frame, card: null, log })
  written = await writeProofFiles(out, found, { measured, card: null, io })
})

const verified = async (path: string, pinned = key): Promise<[number, string]> => {
  printed = ''
  return [await verify([path], { key: pinned }, io), printed]
}

test('proof and bundle verify, with the key that signed them', async () => {
  expect(await verified(join(out, PROOF_FILE))).toEqual([0, expect.stringMatching(/^verified: .*\n {2}signed by /)])
  expect(written.bundle).not.toBeNull()
  const [code, text] = await verified(written.bundle ?? '')
  expect([code, text]).toEqual([0, expect.stringContaining(`verified: ${run.record.id}`)])
  expect((await verified(join(out, PROOF_FILE), '00'.repeat(32)))[0]).toBe(1)
})

test('names of hosts and cards are not in the files that are made to be sent', () => {
  for (const name of ['doctor.json', 'proof.json', 'proof.html', 'proof.md', 'sensor.csv']) {
    const text = readFileSync(join(out, name), 'utf8')
    expect(text, name).not.toContain(HOST)
    expect(text, name).not.toContain(UUID)
  }
  // what was said there is kept
  expect(readFileSync(join(out, 'proof.md'), 'utf8')).toMatch(/nobody listens on/)
  expect(readFileSync(join(out, 'proof.json'), 'utf8')).toMatch(/, seen by /)
})

test('claims that do not follow from the findings are found, also in a proof that nobody signed or that its maker signed', async () => {
  const { signature: _, ...body } = written.proof
  const claims = body.claims.map((claim) => ({ ...claim, status: 'proved' as const }))
  for (const signer of [null, readPrivateKey(pem, 'test')]) {
    const folderOfIt = mkdtempSync(join(folder, 'changed-'))
    writeProof(folderOfIt, { ...body, claims, files: {} }, signer)
    printed = ''
    expect(await verify([join(folderOfIt, PROOF_FILE)], {}, io)).toBe(1)
    expect(printed).toMatch(/claim training\.status: the proof has "proved", its findings give "not-proved"/)
  }
})

test('as JSON a proof says that it is one, and who signed it', async () => {
  printed = ''
  await verify([join(out, PROOF_FILE)], { json: true }, io)
  expect(JSON.parse(printed).verified).toEqual([{ proof: join(out, PROOF_FILE), problems: [], signedBy: key }])
})

/** The bundle packed anew with its files changed and a list of hashes that is right again. */
async function forged(change: (name: string, text: string) => string): Promise<string> {
  const open = mkdtempSync(join(folder, 'open-'))
  const names = (await unpackArchive(written.bundle ?? '', open)).map(({ name }) => name)
  const changed = names.filter((name) => name.startsWith('proof/'))
  for (const name of changed) writeFileSync(join(open, name), change(name, readFileSync(join(open, name), 'utf8')))
  const kept = names.filter((name) => name !== BUNDLE_LIST)
  const hashes = await Promise.all(kept.map(async (name) => [name, await sha256Of(join(open, name))] as const))
  const list = JSON.parse(readFileSync(join(open, BUNDLE_LIST), 'utf8')) as BundleList
  writeFileSync(join(open, BUNDLE_LIST), toJson({ ...list, files: Object.fromEntries(hashes) }))
  const path = join(open, 'forged.tar')
  const files = [BUNDLE_LIST, ...kept].map((name): ArchiveFile => ({ name, source: { path: join(open, name) } }))
  await writeArchive(path, files)
  return path
}

test('packed again without a change it verifies', async () => {
  expect((await verified(await forged((_, text) => text)))[0]).toBe(0)
})

test.each<[string, (name: string, text: string) => string, RegExp]>([
  [
    'a status in the proof',
    (name, text) => (name.endsWith('proof.json') ? text.replace('"not-proved"', '"proved"') : text),
    /proof\.json: was changed after it was signed/,
  ],
  [
    'a number on the page',
    (name, text) => (name.endsWith('proof.html') ? text.replace('446.0', '449.0') : text),
    /proof\/proof\.html: was changed after the proof was made/,
  ],
  ['the proof of nothing', (name, text) => (name.endsWith('proof.json') ? '{}' : text), /proof\.json: .*not a proof/],
])('%s that was edited is found, though the list of hashes was edited too', async (_what, change, message) => {
  const [code, text] = await verified(await forged(change))
  expect(text).toMatch(message)
  expect(code).toBe(1)
})
