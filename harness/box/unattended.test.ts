import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import { type ScenarioFile, scenarioFileSchema } from '../scenario/schema.ts'
import { makeRun } from '../testing/record-builder.ts'
import { boxPlan, MEMORY_PROBE } from './plan.ts'
import { boxStatePath, openBoxState } from './state.ts'
import { runUnattended, type UnattendedTools } from './unattended.ts'

const file = (name: string, over: object = {}): ScenarioFile =>
  scenarioFileSchema.parse({
    name,
    title: name,
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 4 },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    ...over,
  })
const card = cardByKey('rtx-4090')!
const plan = (files: readonly ScenarioFile[]) =>
  boxPlan(files, card, 1, { port: 8000, gpus: [], tag: 'latest', cacheDir: '/c' })
const files = [file('one'), file('too-large', { model: 'llama-3.1-70b-instruct-fp8' }), file('bad'), file('two')]

/** Fakes of the side effects: the scenario `bad` fails; `diary` lists the calls in order. */
function fakeTools(over: Partial<UnattendedTools> = {}) {
  const diary: string[] = []
  const tools: UnattendedTools = {
    serve: async (serve) => {
      diary.push(`serve ${serve.model}`)
      return {
        url: 'http://127.0.0.1:8000',
        facts: {} as never,
        ended: new Promise(() => {}),
        stop: async () => void diary.push('stop'),
      }
    },
    probe: async () => {
      diary.push('probe')
      return { reason: 'no torch in this image' }
    },
    run: async ({ name }, _, { serverStart: start }) => {
      const which = start.of === 1 ? name : `${name} ${start.number} of ${start.of}`
      diary.push(`run ${which}`)
      if (name === 'bad') throw new Error('no good')
      return { directory: `/results/${which}`, record: makeRun({ card: 'rtx-4090', scenario: name }) }
    },
    say: () => {},
    signal: new AbortController().signal,
    ...over,
  }
  return { tools, diary }
}

test('the plan skips what does not fit, with the bytes, and estimates the time of the rest', () => {
  const steps = plan(files)
  expect(steps.map((step) => step.leftOut === null)).toEqual([true, false, true, true])
  expect(steps[1]?.leftOut).toContain('72.7 GB of weights')
  // 120 s to start, 9 s of weights, 10 s of warm-up, ten trials of 66 s
  expect(steps[0]?.minutes).toBeCloseTo((120 + 9.08 + 10 + 660) / 60, 1)
})

test('a scenario is run once, whatever suites name it, and not without its cards', () => {
  const pair = file('pair', { server: { tensorParallel: 2 } })
  const steps = plan([file('one'), pair, file('one')])
  expect(steps.map((step) => [step.name, step.leftOut])).toEqual([
    ['one', null],
    ['pair', 'requires 2 GPUs; this server has 1'],
  ])
})

test('serve, run, stop, next; a failed scenario does not end the run', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const { tools, diary } = fakeTools()
  const state = await runUnattended(plan(files), openBoxState(out, card.key, false), { outDir: out }, tools)
  const served = 'serve llama-3.1-8b-instruct-fp8'
  expect(diary).toEqual([served, 'run one', 'stop', served, 'run bad', 'stop', served, 'run two', 'stop'])
  expect(state.steps.map((step) => [step.name, step.outcome])).toEqual([
    ['one', 'done'],
    ['too-large', 'left-out'],
    ['bad', 'failed'],
    ['two', 'done'],
  ])
  expect(state.steps[2]?.reason).toBe('no good')
})

test('a server that does not start is that scenario’s failure only', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const { tools } = fakeTools({ serve: async () => Promise.reject(new Error('vLLM did not start (out-of-memory)')) })
  const state = await runUnattended(plan([file('one')]), openBoxState(out, card.key, false), { outDir: out }, tools)
  expect(state.steps).toMatchObject([{ outcome: 'failed', reason: 'vLLM did not start (out-of-memory)', run: null }])
})

test('a disk that takes no more ends the night with that error, after the server was stopped', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const { tools, diary } = fakeTools()
  const full = new DiskError('/out: cannot be written', null)
  const run = async () => Promise.reject(full)
  const night = runUnattended(plan(files), openBoxState(out, card.key, false), { outDir: out }, { ...tools, run })
  await expect(night).rejects.toBe(full)
  expect(diary).toEqual(['serve llama-3.1-8b-instruct-fp8', 'stop'])
})

test('after a crash the run resumes: completed scenarios stay, failed and interrupted ones run again', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const stop = new AbortController()
  const first = fakeTools({ signal: stop.signal })
  const cut: UnattendedTools = {
    ...first.tools,
    run: async (scenario, url, start) => {
      if (scenario.name !== 'two') return first.tools.run(scenario, url, start)
      stop.abort()
      throw new Error('interrupted')
    },
  }
  await runUnattended(plan(files), openBoxState(out, card.key, false), { outDir: out }, cut)
  expect(JSON.parse(readFileSync(boxStatePath(out), 'utf8')).steps.map((step: { name: string }) => step.name)).toEqual([
    'one',
    'too-large',
    'bad',
  ])
  const { tools, diary } = fakeTools()
  const state = await runUnattended(plan(files), openBoxState(out, card.key, true), { outDir: out }, tools)
  expect(diary.filter((line) => line.startsWith('run'))).toEqual(['run bad', 'run two'])
  expect(state.steps.find((step) => step.name === 'one')?.run).toBe('/results/one')
})

test('with restarts every scenario is served anew for each record, in rounds', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const { tools, diary } = fakeTools()
  const state = await runUnattended(
    plan(files),
    openBoxState(out, card.key, false),
    { outDir: out, restarts: 2 },
    tools,
  )
  const each = (number: number) =>
    ['one', 'bad', 'two'].flatMap((name) => ['serve llama-3.1-8b-instruct-fp8', `run ${name} ${number} of 2`, 'stop'])
  expect(diary).toEqual([...each(1), ...each(2)])
  expect(state.steps.map((step) => [step.name, step.start, step.outcome])).toEqual([
    ['one', 1, 'done'],
    ['too-large', 1, 'left-out'],
    ['bad', 1, 'failed'],
    ['two', 1, 'done'],
    ['one', 2, 'done'],
    ['bad', 2, 'failed'],
    ['two', 2, 'done'],
  ])
})

test('a resumed run makes the missing starts, and a state without starts counts as first starts', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  const steps = plan([file('one')])
  const old = { name: 'one', sha256: steps[0]!.sha256, outcome: 'done', run: '/results/one', reason: null }
  writeFileSync(boxStatePath(out), JSON.stringify({ version: 1, card: card.key, steps: [old] }))
  const { tools, diary } = fakeTools()
  const state = await runUnattended(steps, openBoxState(out, card.key, true), { outDir: out, restarts: 3 }, tools)
  expect(diary.filter((line) => line.startsWith('run'))).toEqual(['run one 2 of 3', 'run one 3 of 3'])
  expect(state.steps.map((step) => step.run)).toEqual(['/results/one', '/results/one 2 of 3', '/results/one 3 of 3'])
})

test('a changed scenario leaves no start of its old self in the state', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  await runUnattended(
    plan([file('one')]),
    openBoxState(out, card.key, false),
    { outDir: out, restarts: 2 },
    fakeTools().tools,
  )
  const changed = plan([file('one', { output: { tokens: 128 } })])
  const state = await runUnattended(changed, openBoxState(out, card.key, true), { outDir: out }, fakeTools().tools)
  expect(state.steps).toHaveLength(1)
  expect(state.steps[0]).toMatchObject({ start: 1, sha256: changed[0]!.sha256 })
})

test('the cards are measured alone before the server of the memory probe, and only there', async () => {
  const given: unknown[] = []
  const { tools, diary } = fakeTools({
    run: async (_, __, start) => {
      given.push(start.cardProbe)
      return { directory: '/results/one', record: makeRun({ card: 'rtx-4090' }) }
    },
  })
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  await runUnattended(
    plan([file(MEMORY_PROBE), file('one')]),
    openBoxState(out, card.key, false),
    { outDir: out },
    tools,
  )
  expect(diary.map((line) => line.split(' ')[0])).toEqual(['probe', 'serve', 'stop', 'serve', 'stop'])
  expect(given).toEqual([{ reason: 'no torch in this image' }, undefined])
})

test('a scenario that was changed since is run again', async () => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  await runUnattended(plan([file('one')]), openBoxState(out, card.key, false), { outDir: out }, fakeTools().tools)
  const { tools, diary } = fakeTools()
  const changed = plan([file('one', { output: { tokens: 128 } })])
  await runUnattended(changed, openBoxState(out, card.key, true), { outDir: out }, tools)
  expect(diary).toContain('run one')
})

test.each([
  [
    'another card',
    JSON.stringify({ version: 1, card: 'rtx-5090', steps: [] }),
    /was on rtx-5090, this server has rtx-4090/,
  ],
  ['a file cut short', '{"version": 1,', /not the state of an unattended run/],
])('%s is not resumed', (_, text, message) => {
  const out = mkdtempSync(join(tmpdir(), 'box-'))
  writeFileSync(boxStatePath(out), text)
  expect(() => openBoxState(out, 'rtx-4090', true)).toThrow(message)
  expect(openBoxState(out, 'rtx-4090', false).steps).toEqual([])
})
