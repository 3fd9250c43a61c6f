import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { newKeyPair, publicHexOf, readPrivateKey } from '../record/signing/signature.ts'
import { type LiveRun, writeLiveRun } from '../testing/live-record.ts'
import { UUID } from '../testing/live-record-box.ts'
import { redactText } from './redact-text.ts'
import { writeRedactedCopy } from './redacted-copy.ts'
import { verifyRun } from './verify-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'redact-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')

describe('the redacted copy', () => {
  let run: LiveRun
  let copy: string
  beforeAll(async () => {
    run = await writeLiveRun(folder, { key })
    copy = await writeRedactedCopy(run.directory, run.record, mkdtempSync(join(folder, 'copy-')))
  })

  test('holds no name, address, serial number or user of the server', () => {
    const text = readdirSync(copy)
      .map((name) => readFileSync(join(copy, name), 'utf8'))
      .join('\n')
    for (const name of ['gpu-box-7', UUID, '10.20.30.40', 'alice']) expect(text).not.toContain(name)
    expect(text).toContain('GPU-1')
  })

  test('verifies under the key of the run, with its values and gates unchanged', async () => {
    const verification = await verifyRun(copy, publicHexOf(key))
    expect(verification.problems).toEqual([])
    expect(verification.record).toMatchObject({ redacted: true, quotable: true, result: run.record.result })
    expect(verification.digest).toBe(run.record.redactedCopy?.manifestSha256)
    const statuses = (gates: readonly { readonly id: string; readonly status: string }[]) =>
      gates.map(({ id, status }) => [id, status])
    expect(statuses(verification.recomputed?.gates ?? [])).toEqual(statuses(run.record.gates))
  })

  test('is refused when it is not the one that was signed', async () => {
    const changed = { ...run.record, failure: 'changed later' }
    await expect(writeRedactedCopy(run.directory, changed, folder)).rejects.toThrow(
      'differs from the one that was signed',
    )
  })
})

describe('a text', () => {
  const names = {
    hostname: 'titan-01',
    gpus: new Map([
      ['GPU-0', 'GPU-1'],
      ['GPU-1', 'GPU-2'],
    ]),
  }
  test.each([
    ['http://titan-01.lan:8000/v1 answers', 'http://redacted/v1 answers'],
    ['http://me:secret@10.0.0.1:80/v1', 'http://redacted/v1'],
    ['connect ECONNREFUSED 192.168.1.7:8000', 'connect ECONNREFUSED redacted'],
    ['getaddrinfo ENOTFOUND titan-01', 'getaddrinfo ENOTFOUND redacted'],
    ['from 10.1.2.3, fe80::1 and titan-01.', 'from redacted, redacted and redacted.'],
    ['/home/alice/models/Llama-3.1-8B', '/redacted/Llama-3.1-8B'],
    ['~/hub/models--org--name/snapshots/1', '/redacted/models--org--name/1'],
    ['C:\\Users\\alice\\x.json', 'redacted'],
    ['GPU-0 and GPU-1 and GPU-10', 'GPU-1 and GPU-2 and GPU-20'],
    ['GPU-3f2a9c1e-77aa-4b21-9d00-5c0ffee01234', 'GPU-redacted'],
    ['driver 580.95.05, vbios 95.02.18.80.07', 'driver 580.95.05, vbios 95.02.18.80.07'],
    ['RedHatAI/Meta-Llama-3.1-8B at 12.5 tokens/s, 08:15:00', 'RedHatAI/Meta-Llama-3.1-8B at 12.5 tokens/s, 08:15:00'],
    ['2026-11-20T10:15:00.000Z', '2026-11-20T10:15:00.000Z'],
  ])('%s', (text, expected) => {
    expect(redactText(text, names)).toBe(expected)
  })
})
