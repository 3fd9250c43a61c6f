import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runRecordSchema } from '../../../harness/record/schema/run.ts'
import type { StoreAddress } from '../../../harness/store/db/address.ts'
import { withStore } from '../../../harness/store/db/open.ts'
import { findInStore } from '../../../harness/store/find.ts'
import { parseQuery } from '../../../harness/store/query/parse.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { sweepJsonSchema } from '../../../reports/sweep/document-schema.ts'
import { sweep } from './sweep.ts'

/** The whole command on the simulator, whose knee is known: a server that runs 4 requests at once gains nothing beyond 4. */
const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scenario = join(folder, 'chat.yaml')
writeFileSync(
  scenario,
  `name: chat
title: Chat
kind: text
model: llama-3.1-8b-instruct-fp8
server: { maxModelLen: 16384, kvCacheDtype: fp8_e4m3, maxNumSeqs: 4 }
load: { shape: closed, concurrency: 1, rampSeconds: 0.2 }
prompt: { tokens: 64 }
output: { tokens: 32 }
trial: { seconds: 2, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.5 }
slo: { ttftMs: 60000 }
`,
)

const store: StoreAddress = { kind: 'sqlite', file: join(folder, 'all.sqlite') }

test('a server that runs four requests at once: the knee is there, and the climb ends where requests wait', async () => {
  const { io, said } = saidIo({ env: { HOME: folder } })
  const out = join(folder, 'results')
  const plain = { gpu: true, out, trials: 1, workers: 1, calibrate: false, progress: false, json: true }
  const code = await sweep(
    scenario,
    { ...plain, concurrency: '2..64', simulate: 'rtx-4090', store: `sqlite:${store.file}` },
    io,
  )
  expect(code).toBe(0)
  const answer = sweepJsonSchema.parse(JSON.parse(said.stdout))
  const stored = await withStore(store, {}, 'read', (open) => findInStore(open, parseQuery('', new Date())))
  expect(stored.map(({ id }) => id).sort()).toEqual(
    answer.runs.map(({ record }) => runRecordSchema.parse(record).id).sort(),
  )
  const { loads, knee, slo } = answer.sweeps[0]!.cards[0]!
  const names = answer.runs.map(({ record }) => runRecordSchema.parse(record).scenario.name)
  expect(names.slice(0, 3)).toEqual(['chat-c2', 'chat-c4', 'chat-c8'])
  expect(answer).toMatchObject({ format: 'joulemark-sweep', stamp: 'SIMULATED' })
  expect(loads.at(-1)).toMatchObject({ concurrency: 8, obstacle: { kind: 'queued' } })
  expect(answer.ended[0]!.why).toMatch(/^at 8 in flight the server ran 4 of 8 requests at once/)
  // a busy machine leaves gaps between requests, which a queue fills: the knee may seem later, never beyond the load that waits
  expect(knee.concurrency).toBeGreaterThanOrEqual(3)
  expect(knee.concurrency).toBeLessThanOrEqual(8)
  expect(knee.atMost).toBeLessThanOrEqual(8)
  expect(slo!.met!.concurrency).toBe(8)
})
