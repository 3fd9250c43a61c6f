import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkFiles } from '../evidence/check-files.ts'
import * as evaluate from '../gates/evaluate.ts'
import * as drift from '../metrics/drift.ts'
import * as trials from '../metrics/trial/trial.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import { isKnown } from '../record/measured.ts'
import { readRows, readRun, type StoredRun } from '../record/read.ts'
import type { Trial } from '../record/schema/trial.ts'
import { newKeyPair, readPrivateKey } from '../record/signing/signature.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { RunWriter } from '../record/writer.ts'
import { type FakeRun, fakeRun } from '../testing/fake-run.ts'
import type { Prepared } from './prepare.ts'
import { silentProgress } from './progress.ts'
import { runPrepared } from './run.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Changes the values of the second trial with `spoil`. */
function spoilTrial2(spoil: (trial: Trial) => void): void {
  const { trialOf } = trials
  vi.spyOn(trials, 'trialOf').mockImplementation((scenario, input) => {
    const trial = trialOf(scenario, input)
    if (input.index === 1) spoil(trial)
    return trial
  })
}

const diskFull = () => new DiskError('no space left on device', null)

/** A disk that is full for a file once `isFull` is true. */
function fillDisk(name: string, isFull: (rows: readonly { trial?: number; timeMs?: number }[]) => boolean): void {
  const { append } = RunWriter.prototype
  vi.spyOn(RunWriter.prototype, 'append').mockImplementation(function (this: RunWriter, file, rows) {
    if (file === name && isFull(rows as never)) throw diskFull()
    append.call(this, file, rows as never)
  })
}

/** The run.json of these calls is not taken, counted from 1. */
function refuseRecords(refused: (call: number) => boolean): void {
  const { writeRecord } = RunWriter.prototype
  let calls = 0
  vi.spyOn(RunWriter.prototype, 'writeRecord').mockImplementation(function (this: RunWriter, record) {
    calls += 1
    if (refused(calls)) throw diskFull()
    writeRecord.call(this, record)
  })
}

interface Failed extends StoredRun {
  readonly error: unknown
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

/** Runs what is bound to fail, and reads what it left on disk. */
async function failedRun(over: FakeRun = {}): Promise<Failed> {
  const warnings: string[] = []
  const notes: string[] = []
  const progress = {
    ...silentProgress,
    warn: (line: string) => void warnings.push(line),
    note: (line: string) => void notes.push(line),
  }
  const { prepared, options } = fakeRun({ ...over, options: { progress, ...over.options } })
  const error = await runPrepared(prepared, options, null).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const [id = 'none'] = readdirSync(options.outDir)
  return { ...(await readRun(join(options.outDir, id))), error, warnings, notes }
}

const workloadOf = (start: Prepared['workload']['start']): Partial<Prepared> => {
  const { prepared } = fakeRun()
  return { workload: { ...prepared.workload, start } }
}
const throwsIn = (trial: number, reason: string): FakeRun['onPhase'] => {
  return (phase) => {
    if (phase.trial === trial) throw new Error(reason)
    return undefined
  }
}

interface Case {
  readonly phase: string
  readonly reason: string
  readonly trials: number
  readonly over: () => FakeRun
}

const cases: readonly Case[] = [
  {
    phase: 'open: the load cannot be started',
    reason: 'no endpoint',
    trials: 0,
    over: () => ({ prepared: workloadOf(() => Promise.reject(new Error('no endpoint'))) }),
  },
  {
    phase: 'open: sampling cannot be started',
    reason: 'no sampler',
    trials: 0,
    over: () => {
      const { telemetry } = fakeRun().prepared
      return { prepared: { telemetry: { ...telemetry, watch: () => Promise.reject(new Error('no sampler')) } } }
    },
  },
  {
    phase: 'rest: the disk takes no more samples',
    reason: 'no space left',
    trials: 0,
    over: () => {
      fillDisk('gpu.csv', ([row]) => (row?.timeMs ?? 0) > 10_000)
      return {}
    },
  },
  {
    phase: 'warm-up: the load dies',
    reason: 'a load worker ended',
    trials: 0,
    over: () => ({ onPhase: throwsIn(-1, 'a load worker ended') }),
  },
  {
    phase: 'trial 2: the load dies',
    reason: 'a load worker ended',
    trials: 1,
    over: () => ({ onPhase: throwsIn(1, 'a load worker ended') }),
  },
  {
    phase: 'trial 2: the disk takes no more requests',
    reason: 'no space left',
    trials: 1,
    over: () => {
      fillDisk('requests.csv', ([row]) => row?.trial === 1)
      return {}
    },
  },
  {
    phase: 'trial 3: the record cannot be written, for the moment',
    reason: 'no space left',
    trials: 3,
    over: () => {
      refuseRecords((call) => call === 4)
      return {}
    },
  },
  {
    phase: 'drift',
    reason: 'drift broke',
    trials: 3,
    over: () => {
      vi.spyOn(drift, 'findDrift').mockImplementation(() => {
        throw new Error('drift broke')
      })
      return {}
    },
  },
  {
    phase: 'gates',
    reason: 'a gate broke',
    trials: 3,
    over: () => {
      vi.spyOn(evaluate, 'evaluateGates').mockImplementation(() => {
        throw new Error('a gate broke')
      })
      return {}
    },
  },
  {
    phase: 'seal: the sealed record cannot be written',
    reason: 'no space left',
    trials: 3,
    over: () => {
      refuseRecords((call) => call === 5)
      return {}
    },
  },
  {
    phase: 'seal: the signed record cannot be written',
    reason: 'no space left',
    trials: 3,
    over: () => {
      refuseRecords((call) => call === 6)
      return { options: { signingKey: readPrivateKey(newKeyPair().privatePem, 'a test') } }
    },
  },
]

describe('a failed run ends as a valid record with its reason and the trials before', () => {
  test.each(cases)('$phase', async ({ phase, reason, trials, over }) => {
    const { record, directory, error, notes } = await failedRun(over())
    expect(notes).toEqual(
      reason === 'no space left'
        ? []
        : [expect.stringContaining(`record of the failed run: ${directory}; why, with every gate: `)],
    )
    expect((error as Error).message).toContain(reason)
    expect(record).toMatchObject({ status: 'failed', quotable: false, failure: expect.stringContaining(reason) })
    expect(record.endedAt).not.toBeNull()
    expect(record.trials.map(({ index }) => index)).toEqual([0, 1, 2].slice(0, trials))
    for (const trial of record.trials) expect(trial.requestsOk).toBe(21)
    expect(record).not.toHaveProperty('signature')
    expect(record.manifestSha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await checkFiles(directory, record.files)).toEqual([])
    expect(record.gates.length > 0).toBe(phase !== 'gates')
  })
})

describe('a record with a part that its schema refuses', () => {
  test('keeps everything but that value, and names it', async () => {
    spoilTrial2((trial) => {
      Object.assign(trial, { decodeTokensPerS: Number.POSITIVE_INFINITY })
    })
    const { record } = await failedRun()
    expect(record.status).toBe('failed')
    expect(record.failure).toMatch(/the record is not valid: trials\.1\.decodeTokensPerS/)
    expect(record.failure).toMatch(/dropped from the record: trials\.1\.decodeTokensPerS \(/)
    const texts = trialsOfKind(record.trials, 'text')
    expect(texts.map(({ decodeTokensPerS }) => isKnown(decodeTokensPerS))).toEqual([true, false])
    expect(texts[1]?.outputTokensPerS).toBeCloseTo(texts[0]?.outputTokensPerS as number)
  })

  test('drops a trial only if the schema requires that part of it', async () => {
    spoilTrial2((trial) => {
      trial.startMs = Number.NaN
    })
    const { record, directory } = await failedRun()
    expect(record.status).toBe('failed')
    expect(record.trials.map(({ index }) => index)).toEqual([0])
    expect(record.failure).toMatch(/trials\.1 with it/)
    expect(new Set((await readRows(directory, 'requests.csv')).map(({ trial }) => trial))).toEqual(new Set([0, 1]))
  })

  test('is failed from the start where it is in the first record', async () => {
    const { endpoint } = fakeRun().prepared
    const over = { prepared: { endpoint: { ...endpoint, maxModelLen: Number.POSITIVE_INFINITY } } }
    const { record } = await failedRun(over)
    expect(record).toMatchObject({ status: 'failed', endpoint: { maxModelLen: null }, trials: [] })
    expect(record.failure).toMatch(/endpoint\.maxModelLen/)
  })
})

test('a full disk keeps the last valid record, and says so in one line', async () => {
  refuseRecords((call) => call >= 4)
  const { record, directory, error, warnings } = await failedRun()
  expect(error).toBeInstanceOf(DiskError)
  expect((error as Error).message).toBe(
    `no space left on device; the record keeps 2 finished trials and all rows; then run \`joulemark close ${directory}\``,
  )
  expect(record).toMatchObject({ status: 'running' })
  expect(record.trials).toHaveLength(2)
  expect(warnings).toEqual([])
})

test('a disk that takes no first record leaves no folder behind', async () => {
  refuseRecords(() => true)
  const { prepared, options } = fakeRun()
  await expect(runPrepared(prepared, options, null)).rejects.toThrow('no space left on device; nothing was measured')
  expect(readdirSync(options.outDir)).toEqual([])
})

test('a folder that is removed during a run ends it, and nothing is promised of it', async () => {
  const { prepared, options } = fakeRun({
    onPhase: ({ trial }) => {
      if (trial === 0) rmSync(options.outDir, { recursive: true })
      return undefined
    },
  })
  await expect(runPrepared(prepared, options, null)).rejects.toThrow(
    /cannot be written: its folder was removed or unmounted during the run \(ENOENT\); the run is lost$/,
  )
})

test('the record is on disk before any other file', async () => {
  const names: string[][] = []
  const { openCsv } = RunWriter.prototype
  vi.spyOn(RunWriter.prototype, 'openCsv').mockImplementation(function (this: RunWriter, name) {
    names.push(readdirSync(this.directory))
    openCsv.call(this, name)
  })
  const { prepared, options } = fakeRun()
  await runPrepared(prepared, options, null)
  expect(names[0]).toEqual(['run.json'])
})
