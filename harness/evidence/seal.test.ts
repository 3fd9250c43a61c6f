import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import { writeLiveRun } from '../testing/live-record.ts'
import { signed } from './seal.ts'

test('a redacted copy that cannot be made costs a warning, and never the signature', async () => {
  const { directory, record } = await writeLiveRun(mkdtempSync(join(tmpdir(), 'seal-')))
  const key = readPrivateKey(newKeyPair().privatePem, 'test key')
  const warnings: string[] = []
  const whole = await signed(directory, record, key, (warning) => warnings.push(warning))
  expect([whole.redactedCopy === undefined, warnings]).toEqual([false, []])
  writeFileSync(join(directory, 'requests.csv'), 'no rows of a run\n')
  const without = await signed(directory, record, key, (warning) => warnings.push(warning))
  expect(without.signature).toBeDefined()
  expect(without.redactedCopy).toBeUndefined()
  expect(warnings).toEqual([expect.stringMatching(/^the redacted copy of this run cannot be signed: requests\.csv: /)])
})
