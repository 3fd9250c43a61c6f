import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../harness/clock.ts'
import { proofLengths } from '../../harness/prove/budget.ts'
import { newKeyPair, readPrivateKey } from '../../harness/record/signing/signature.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { verifyStep } from './findings.ts'
import { trainingStep } from './measure.ts'
import type { ProofMachine } from './stage.ts'
import { stepLog } from './step-log.ts'

/** Steps that start or read something, on their own: the training, and the verification of the records. */
const lengths = proofLengths(true)
const stderr = { isTTY: false, color: false, write: () => true }
const io = { stdout: () => undefined, stderr, env: {}, columns: null, color: false }
function logged() {
  const drain = new AbortController()
  return {
    drain,
    log: stepLog({ clock: systemClock, lengths, budgetS: 1200, drain: drain.signal, say: () => undefined }),
  }
}

function trained(openTraining: ProofMachine['openTraining'], isInterrupted: boolean) {
  const { drain, log } = logged()
  if (isInterrupted) drain.abort()
  const machine: ProofMachine = { openTraining, openLoad: vi.fn(), openServer: vi.fn() }
  const measuring = {
    ...{ io, log, lengths, folder: '', card: null, noCard: '', simulatedLoad: null },
    flags: { out: '', python: 'python3', minutes: 20, progress: false },
    signals: { drain: drain.signal, abort: drain.signal },
  }
  return { log, runs: trainingStep(measuring, machine, null) }
}

test('after an interrupt no training is started', async () => {
  const open = vi.fn<ProofMachine['openTraining']>()
  const { log, runs } = trained(open, true)
  expect(await runs).toEqual([])
  expect(open).not.toHaveBeenCalled()
  expect(log.steps).toMatchObject([{ id: 'training', status: 'interrupted' }])
})

test('a training that cannot be started is a step that failed, and the proof goes on', async () => {
  const { log, runs } = trained(() => Promise.reject(new Error('no port is free')), false)
  expect(await runs).toEqual([])
  expect(log.steps).toMatchObject([{ id: 'training', status: 'failed', note: 'no port is free' }])
})

test('each record is verified, and without one the step says so', async () => {
  const key = readPrivateKey(newKeyPair().privatePem, 'test')
  const run = await writeLiveRun(mkdtempSync(join(tmpdir(), 'steps-')), { key })
  const { log } = logged()
  const spoilt = { ...run, step: 'open' as const, directory: join(run.directory, 'nowhere') }
  const found = await verifyStep(log, [{ ...run, step: 'closed-1' }, spoilt])
  expect(found.map(({ step, problems }) => [step, problems?.length === 0])).toEqual([
    ['closed-1', true],
    ['open', false],
  ])
  expect(log.steps).toMatchObject([{ status: 'done', note: '1 of 2 records verified' }])
  expect(await verifyStep(log, [])).toEqual([])
  expect(log.steps[1]).toMatchObject({ status: 'skipped', note: 'there is no record' })
})
