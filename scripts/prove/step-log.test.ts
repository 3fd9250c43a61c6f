import { expect, test } from 'vitest'
import type { Clock } from '../../harness/clock.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { proofLengths } from '../../harness/prove/budget.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import { stepLog } from './step-log.ts'

function logged(budgetS = 1200) {
  let now = 0
  const drain = new AbortController()
  const said: string[] = []
  const clock: Clock = { nowMs: () => now, wall: () => new Date(now), sleep: async () => undefined }
  const log = stepLog({
    clock,
    lengths: proofLengths(true),
    budgetS,
    drain: drain.signal,
    say: (line) => said.push(line),
  })
  return { log, said, drain, pass: (seconds: number) => (now += seconds * 1000) }
}

test('a step has its result, its time and one line', async () => {
  const { log, said, pass } = logged()
  const found = await log.step('doctor', async () => {
    pass(3.2)
    return { note: '0 faults', found: 7 }
  })
  expect(found).toBe(7)
  expect(log.steps).toEqual([{ id: 'doctor', status: 'done', seconds: 3.2, note: '0 faults' }])
  expect(said).toEqual(['doctor: 0 faults (3.2 s)'])
})

test('a step that fails has its reason in one plain line, and the others go on', async () => {
  const { log } = logged()
  const fails = () => Promise.reject(new JoulemarkError('environment', 'no \u001b[31mtorch\nTraceback'))
  expect(await log.step('python', fails)).toBeNull()
  expect(await log.step('server', async () => ({ note: 'ready', found: 1 }))).toBe(1)
  expect(log.steps.map(({ status }) => status)).toEqual(['failed', 'done'])
  expect(log.steps[0]?.note).toBe('no  [31mtorch Traceback')
})

test('a step that does not fit into what is left is skipped, with both times', async () => {
  const { log, pass } = logged(60)
  pass(50)
  expect(await log.step('sensor', async () => ({ note: '', found: 1 }))).toBeNull()
  expect(log.steps[0]).toMatchObject({
    status: 'skipped',
    note: expect.stringMatching(/^not begun: it takes \d+ s or more, and 0 s/),
  })
})

test('after an interrupt no step begins, and the one that it met says so', async () => {
  const { log, drain } = logged()
  const met = await log.step('open', async (signal) => {
    drain.abort()
    return { note: `cut ${signal.aborted}`, found: 1 }
  })
  expect(met).toBe(1)
  expect(await log.step('training', async () => ({ note: '', found: 1 }))).toBeNull()
  expect(log.steps.map(({ status }) => status)).toEqual(['interrupted', 'interrupted'])
  expect(log.steps[0]?.note).toBe('cut true')
  expect(await log.step('verify', async (signal) => ({ note: 'verified', found: signal.aborted }))).toBe(false)
})

test('a disk that takes no more ends the proof', async () => {
  const { log } = logged()
  await expect(log.step('open', () => Promise.reject(new DiskError('no space', null)))).rejects.toThrow(DiskError)
})
