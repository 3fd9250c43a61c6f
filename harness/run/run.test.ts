import { beforeAll, describe, expect, test } from 'vitest'
import { checkFiles } from '../evidence/check-files.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { readRows, readRun } from '../record/read.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { type FakeRun, fakeRun, type SampleTime, STREAMS, steadyCard } from '../testing/fake-run.ts'
import { gpuRow } from '../testing/rows.ts'
import { silentProgress } from './progress.ts'
import { type FinishedRun, runPrepared } from './run.ts'

async function run(over: FakeRun = {}): Promise<FinishedRun> {
  const { prepared, options } = fakeRun(over)
  return runPrepared(prepared, options, null)
}

describe('a run of three trials on three workers', () => {
  let finished: FinishedRun
  let record: RunRecord
  beforeAll(async () => {
    finished = await run()
    record = finished.record
  })

  test('is complete, live, and on disk as it was returned', async () => {
    expect(record).toMatchObject({ status: 'complete', source: 'live', sourceEvidence: [] })
    expect(record.trials.map(({ index }) => index)).toEqual([0, 1, 2])
    expect((await readRun(finished.directory)).record).toEqual(record)
    expect(await checkFiles(finished.directory, record.files)).toEqual([])
    expect(record.manifestSha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('keeps the rows of all workers, and of no warm-up', async () => {
    const rows = await readRows(finished.directory, 'requests.csv')
    const [sent] = record.trials.map(({ requests }) => requests)
    expect(rows).toHaveLength(3 * (sent as number))
    expect(new Set(rows.map((row) => row.worker))).toEqual(new Set([0, 1, 2]))
    expect(record.files['requests.csv']?.rows).toBe(rows.length)
  })

  test('reports the busiest worker as the client', () => {
    expect(record.trials.map(({ client }) => client.cpuShareOfCore)).toEqual([0.9, 0.9, 0.9])
    expect(record.trials[0]?.client.eventLoopDelayP99Ms).toBe(9)
  })

  test('measures the load in its window and the rest before it', () => {
    for (const trial of trialsOfKind(record.trials, 'text')) {
      expect(trial.meanPowerW).toBeCloseTo(300)
      expect(trial.outputTokensPerS).toBeGreaterThan(0)
    }
    expect(record.telemetry?.idle).toMatchObject({ startMs: 0, endMs: 20_000, powerW: 50 })
    expect(record.telemetry?.trials).toHaveLength(3)
    expect(record.drift?.trials).toHaveLength(3)
    expect(record.result['outputTokensPerS']?.n).toBe(3)
  })
})

test('what other clients did before a run that was forced is in its record, and is a warning', async () => {
  const warnings: string[] = []
  const progress = { ...silentProgress, warn: (line: string) => void warnings.push(line) }
  const { record } = await run({ options: { progress, serverInUse: '2 requests running, 0 waiting' } })
  expect(record.endpoint.inUseAtStart).toBe('2 requests running, 0 waiting')
  expect(warnings).toContain('the server is in use by other clients: 2 requests running, 0 waiting')
  expect((await run()).record.endpoint).not.toHaveProperty('inUseAtStart')
})

test('a run with a simulated trial stays simulated, whatever its later trials', async () => {
  const { record } = await run({ onPhase: ({ trial }) => ({ simulated: trial === 0, fingerprint: `trial ${trial}` }) })
  expect(record.trials).toHaveLength(3)
  expect(record).toMatchObject({ source: 'simulated', quotable: false })
  expect(record.sourceEvidence).toHaveLength(1)
  expect(record.endpoint.systemFingerprint).toBe('trial 0')
})

test('a run that turns out to be simulated in its last trial is simulated', async () => {
  const { record } = await run({ onPhase: ({ trial }) => ({ simulated: trial === 2 }) })
  expect(record.source).toBe('simulated')
})

describe('with waits for the card to cool', () => {
  const WARM_MS = 5000
  const WAIT_ENDS_MS = 5300
  /**
   * After each trial the card is 30 degrees above its start for five seconds, at 50 W. No sample comes between the end
   * of the wait and 2.05 s of load: the last of the wait is near enough to the first of the load to be joined to it.
   */
  const sample = ({ timeMs, phase, lastPhase }: SampleTime) => {
    if (phase) {
      const sinceMs = timeMs - phase.startMs - 2050
      return sinceMs >= 0 && sinceMs % 950 === 0 ? gpuRow(timeMs, { powerW: 300, temperatureC: 80 }) : null
    }
    const restedMs = lastPhase === null || lastPhase.trial < 0 ? null : timeMs - lastPhase.sendUntilMs
    if (restedMs !== null && restedMs >= WAIT_ENDS_MS) return null
    const isWarm = restedMs !== null && restedMs < WARM_MS
    return gpuRow(timeMs, { powerW: 50, temperatureC: isWarm ? 80 : 50, utilizationGpuPct: 0 })
  }
  const scenario = {
    trial: { seconds: 12, warmupSeconds: 1, quietSeconds: 0.8, coolDown: { toWithinC: 3, timeoutSeconds: 60 } },
  }

  test('each wait but the first is kept, and ends when the card is cool', async () => {
    const { record } = await run({ scenario, sample })
    expect(record.coolDowns?.map(({ beforeTrial, outcome }) => [beforeTrial, outcome])).toEqual([
      [1, 'reached'],
      [2, 'reached'],
    ])
    const waits = record.coolDowns?.map(({ startMs, endMs }) => Math.round(endMs - startMs))
    expect(waits).toEqual([WAIT_ENDS_MS - 800, WAIT_ENDS_MS - 800])
  })

  test('no sample of a wait counts in the energy of the trial behind it', async () => {
    const { record } = await run({ scenario, sample })
    expect(record.trials[1]?.energyJ).not.toBeNull()
    expect(record.trials[1]?.meanPowerW).toBeCloseTo(300, 6)
  })
})

test('a card without a temperature sensor warns once, not before every trial', async () => {
  const warnings: string[] = []
  const progress = { ...silentProgress, warn: (line: string) => void warnings.push(line) }
  const sample = (at: SampleTime) => {
    const row = steadyCard(at)
    return row && { ...row, temperatureC: null }
  }
  const scenario = { trial: { seconds: 8, warmupSeconds: 0, coolDown: { toWithinC: 3, timeoutSeconds: 60 } } }
  const { record } = await run({ scenario, sample, options: { progress } })
  expect(record.coolDowns).toHaveLength(2)
  expect(warnings.filter((line) => line.includes('no cool-down'))).toHaveLength(1)
})

test('out of memory in the second trial is the result: the trials stay, `result` is empty', async () => {
  const { prepared, options } = fakeRun()
  const { start } = prepared.workload
  const workload: typeof prepared.workload = {
    ...prepared.workload,
    start: async (stage, listener) => {
      const load = await start(stage, listener)
      return {
        ...load,
        runPhase: (phase) => {
          if (phase.trial === 1) listener.onOutOfMemory('CUDA out of memory')
          return load.runPhase(phase)
        },
      }
    },
  }
  const { record } = await runPrepared({ ...prepared, workload }, options, null)
  expect(record).toMatchObject({
    status: 'complete',
    result: {},
    converged: null,
    oom: { evidence: 'CUDA out of memory' },
  })
  expect(record.trials).toHaveLength(2)
})

test('an interrupt ends the run: the trials so far are its result, the one that was cut has rows and no value', async () => {
  const interrupt = new AbortController()
  const { record, directory } = await run({
    options: { drain: interrupt.signal },
    onPhase: ({ trial }) => {
      if (trial === 1) interrupt.abort()
      return undefined
    },
  })
  expect(record).toMatchObject({
    status: 'interrupted',
    quotable: false,
    failure: 'trial 2 was cut after 0.0 s and gives no result',
  })
  expect(record.trials).toHaveLength(1)
  expect(record.result['outputTokensPerS']?.n).toBe(1)
  expect(record.trials[0]?.requests).toBe(STREAMS * 7)
  expect(new Set((await readRows(directory, 'requests.csv')).map(({ trial }) => trial))).toEqual(new Set([0, 1]))
  expect((await verifyRun(directory)).problems).toEqual([])
})
