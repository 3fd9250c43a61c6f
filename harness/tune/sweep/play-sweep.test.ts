import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import { silentProgress } from '../../run/progress.ts'
import type { RunOnce } from '../../run/run-file.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { type ScenarioFile, scenarioFileSchema } from '../../scenario/schema.ts'
import { fakeRun } from '../../testing/fake-run.ts'
import { makeRun } from '../../testing/record-builder.ts'
import { batching } from '../../testing/swept-server.ts'
import { parseLoads } from '../points-asked.ts'
import { playSweep, sweepPlan, sweptFile } from './play-sweep.ts'

const fileOf = (over: object = {}): ScenarioFile =>
  scenarioFileSchema.parse({
    name: 'chat',
    title: 'Chat',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 32 },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    ...over,
  })

/** A server of which half the throughput is at 2 in flight. */
const server: RunOnce = async ({ load, name }) => {
  if (load.shape !== 'closed' || !('concurrency' in load)) throw new Error(`unexpected load: ${load.shape}`)
  const { concurrency } = load
  const tokens = batching(2).tokensPerS(concurrency)
  const result = { outputTokensPerS: [tokens, tokens * 0.999, tokens * 1.001] } as const
  return { directory: name, record: makeRun({ card: 'rtx-4090', concurrency, result }) }
}

async function sweepWith(once: RunOnce, over: Partial<RunOptions> = {}, text = '1..16') {
  const notes: string[] = []
  const progress = { ...silentProgress, note: (message: string) => void notes.push(message) }
  const { options } = fakeRun({ options: { progress, ...over } })
  const end = await playSweep(sweptFile(fileOf()), sweepPlan(parseLoads(text)), options, once)
  return { end, notes }
}

/** The same server, which throws from a load on. */
const failingFrom =
  (least: number, error: Error): RunOnce =>
  async (file, options) => {
    if (file.kind === 'text' && file.load.shape === 'closed' && file.load.concurrency >= least) throw error
    return server(file, options)
  }

test('each load is a run named after it; each step says what it gained and what comes next', async () => {
  const { end, notes } = await sweepWith(server)
  expect(end.finished.map(({ directory }) => directory).slice(0, 5)).toEqual(
    [1, 2, 4, 8, 16].map((load) => `chat-c${load}`),
  )
  expect(end.why).toMatch(/^every load was measured|^the throughput is flat/)
  expect(notes.slice(0, 2)).toEqual([
    '1 in flight: 3333 tokens/s',
    '2 in flight: 5000 tokens/s, 50 % more than with half as many',
  ])
})

describe('a run that fails', () => {
  const gone = new JoulemarkError('environment', 'the server is gone')

  test('ends the sweep with a point and its reason', async () => {
    const { end } = await sweepWith(failingFrom(4, gone))
    expect(end.finished).toHaveLength(2)
    expect(end.notMeasured).toEqual([{ concurrency: 4, reason: 'the server is gone' }])
    expect(end.points.at(-1)).toMatchObject({ concurrency: 4, tokensPerS: null, obstacle: { kind: 'failed' } })
    expect(end.why).toMatch(/4 in flight failed: the server is gone/)
  })

  test('as the first is the error of the command', async () => {
    await expect(sweepWith(failingFrom(1, gone))).rejects.toBe(gone)
  })

  test.each([
    ['bad input', new JoulemarkError('bad-input', 'the model is not served')],
    ['a disk that is full', new DiskError('run.json: no space', null)],
    ['a fault of the tool', new TypeError('undefined')],
  ])('%s is thrown on', async (_, error) => {
    await expect(sweepWith(failingFrom(4, error))).rejects.toBe(error)
  })
})

test('an interrupt ends it after the run that it came in', async () => {
  const stop = new AbortController()
  const once: RunOnce = async (file, options) => {
    if (file.name === 'chat-c2') stop.abort()
    return server(file, options)
  }
  const { end } = await sweepWith(once, { drain: stop.signal })
  expect(end.finished).toHaveLength(2)
  expect(end.why).toBe('interrupted')
})

test.each([
  ['a rate', { load: { shape: 'open', ratePerS: 2 } }, 'its load is a rate or a trace'],
  ['a sweep of rates', { load: { shape: 'sweep', ratePerS: [1, 2] } }, 'its load is a rate or a trace'],
])('%s is no load that is kept in flight', (_, over, why) => {
  expect(() => sweptFile(fileOf(over))).toThrow(`scenario chat: ${why}; sweep needs a text scenario`)
})

test('a sweep of loads is taken for its scenario', () => {
  expect(sweptFile(fileOf({ load: { shape: 'sweep', concurrency: [1, 2] } })).name).toBe('chat')
})
