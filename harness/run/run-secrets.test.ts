import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifyRun } from '../evidence/verify-run.ts'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import { MASKED } from '../secret-mask.ts'
import { fakeRun } from '../testing/fake-run.ts'
import { unknownEndpoint } from '../workloads/workload.ts'
import { runPrepared } from './run.ts'

const KEY = 'token-9f8e7d6c5b'

test.each([
  ['the key of the endpoint', { apiKey: KEY }],
  ['a value that its container was handed', { secrets: [KEY] }],
])('a run whose server repeats %s is signed and verifies, without it in its gates or files', async (_, secret) => {
  const { prepared, options } = fakeRun({
    scenario: { title: `For ${KEY}` },
    prepared: {
      endpoint: {
        ...unknownEndpoint('http://127.0.0.1:8000'),
        engine: 'vllm',
        version: `0.27 ${KEY}`,
        model: `llama ${KEY}`,
        modelRoot: `/models/${encodeURIComponent(KEY)}`,
        servedModels: [`llama ${KEY}`, Buffer.from(KEY).toString('base64')],
      },
    },
    options: { ...secret, signingKey: readPrivateKey(newKeyPair().privatePem, 'test key') },
    onPhase: () => ({ fingerprint: `fp ${KEY}` }),
  })
  const { directory, record } = await runPrepared(prepared, options, null)
  const { problems, signedBy } = await verifyRun(directory)
  expect(problems).toEqual([])
  expect(signedBy).not.toBeNull()
  const texts = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  for (const text of [...texts, JSON.stringify(record)]) {
    expect(text).not.toContain(KEY)
    expect(text).not.toContain(Buffer.from(KEY).toString('base64').slice(0, -4))
  }
  expect(record.scenario.title).toBe(`For ${MASKED}`)
  expect(record.gates.find(({ id }) => id === 'endpoint-model')?.evidence).toContain(`llama ${MASKED}`)
})
