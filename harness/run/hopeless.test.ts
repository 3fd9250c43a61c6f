import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRows, readRun } from '../record/read.ts'
import type { RequestRow } from '../record/rows.ts'
import { type FakeRun, fakeRun, STREAMS } from '../testing/fake-run.ts'
import { silentProgress } from './progress.ts'
import { runPrepared } from './run.ts'

/** A fake run whose rows are changed, with what it printed and left on disk. */
async function ended(
  change: (row: RequestRow) => Partial<RequestRow>,
  over: FakeRun & { readonly aloneMs?: number } = {},
) {
  const warnings: string[] = []
  const progress = { ...silentProgress, warn: (line: string) => void warnings.push(line) }
  const { prepared, options } = fakeRun({ ...over, options: { progress, ...over.options } })
  const { start } = prepared.workload
  const workload: typeof prepared.workload = {
    ...prepared.workload,
    requestMs: over.aloneMs ?? null,
    start: (stage, listener) =>
      start(stage, {
        ...listener,
        onRows: (rows, bins) => {
          const changed = rows.map((row) => ({ ...row, ...change(row) }))
          listener.onRows(changed, changed.some(({ outcome }) => outcome === 'ok') ? bins : [])
        },
      }),
  }
  const error = await runPrepared({ ...prepared, workload }, options, null).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const directory = join(options.outDir, readdirSync(options.outDir)[0] ?? 'none')
  return { error, warnings, directory, record: (await readRun(directory)).record }
}

const refused = { outcome: 'connect', error: 'connect ECONNREFUSED 127.0.0.1:8000' } as const
const full = { outcome: 'http-4xx', error: 'HTTP 429: queue is full' } as const

describe('a run in which nothing succeeds any more', () => {
  test('ends as failed when the server refuses every connection, with its rows', async () => {
    const { error, warnings, record, directory } = await ended((row) => (row.trial === 0 ? {} : refused))
    expect(error).toMatchObject({
      code: 'environment',
      exitCode: 3,
      message: expect.stringMatching(
        /^endpoint \S+: the server has refused every connection for 6\.0 s \(7 requests\)/,
      ),
    })
    expect(record).toMatchObject({ status: 'failed', quotable: false, failure: (error as Error).message })
    // the trial before and the one in which it ended
    expect(record.trials.map(({ requestsOk }) => requestsOk)).toEqual([21, 0])
    expect(await readRows(directory, 'requests.csv')).toHaveLength(42)
    expect(warnings.filter((line) => line.startsWith('a request failed'))).toEqual([
      'a request failed (connect): connect ECONNREFUSED 127.0.0.1:8000',
    ])
    expect(record.trials[1]?.failures).toEqual({ connect: { message: refused.error, requests: 21 } })
    expect(record.gates.find(({ id }) => id === 'error-rate')?.evidence).toContain(`connect 21: ${refused.error}`)
  })

  test('ends after its first trial where that is too short to be sure of anything else', async () => {
    const { error, record } = await ended(() => full, { aloneMs: 60_000 })
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/: none of 21 requests succeeded: http-4xx: HTTP 429: queue is full$/),
    })
    expect(record).toMatchObject({ status: 'failed' })
    expect(record.trials).toHaveLength(1)
  })
})

test('a run with some failures is complete, and names their messages', async () => {
  const { error, record } = await ended((row) => (row.id % 2 === 0 ? full : {}))
  expect(error).toBeNull()
  expect(record).toMatchObject({ status: 'complete' })
  expect(record.trials[0]?.failures).toMatchObject({ 'http-4xx': { message: full.error } })
})

test('what fails without memory is the result, and no failure of the run', async () => {
  const { error, record } = await ended(() => ({ outcome: 'http-5xx', error: 'HTTP 500: CUDA out of memory' }))
  expect(error).toBeNull()
  expect(record).toMatchObject({ status: 'complete', oom: { evidence: 'HTTP 500: CUDA out of memory' } })
})

test('a run that the user ends is interrupted, whatever its requests did', async () => {
  const interrupt = new AbortController()
  const { error, record } = await ended(() => full, {
    aloneMs: 60_000,
    options: { drain: interrupt.signal },
    onPhase: ({ trial }) => {
      if (trial === 0) interrupt.abort()
      return undefined
    },
  })
  expect(error).toBeNull()
  expect(record).toMatchObject({ status: 'interrupted' })
})

test('the failures of an honest run are none', async () => {
  const { record } = await ended(() => ({}))
  expect(record.trials.map(({ failures }) => failures)).toEqual([undefined, undefined, undefined])
  expect(record.trials[0]?.requests).toBe(STREAMS * 7)
})
