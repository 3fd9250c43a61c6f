import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { systemClock } from '../clock.ts'
import { withCardValues } from '../energy/card-trials.ts'
import { errorBar } from '../energy/error-bar.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { isKnown } from '../record/measured.ts'
import { readRows, readRun } from '../record/read.ts'
import { RequestTable } from '../record/request-table.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { cliWords } from '../testing/run-cli.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'
import { silentProgress } from './progress.ts'
import { type FinishedRun, runOnce } from './run.ts'
import type { RunOptions } from './run-options.ts'

/** The whole flow against the simulator as a process, over real sockets and with a child nvidia-smi. */
const folder = mkdtempSync(join(tmpdir(), 'run-'))
const scenarioPath = fileURLToPath(new URL('../../scenarios/llama-3.1-8b-fp8-batch32.yaml', import.meta.url))
let simulator: RunningSimulator
let scenario: PlainTextFile

beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  const [file] = await loadScenarios([scenarioPath], catalogueNames)
  scenario = {
    ...(file as PlainTextFile),
    load: { shape: 'closed', concurrency: 8, rampSeconds: 0.2 },
    prompt: { tokens: 64, prefixCache: 'cold' },
    output: { tokens: 48 },
    trial: {
      seconds: 3.5,
      warmupSeconds: 0.5,
      quietSeconds: 1,
      requestTimeoutSeconds: 60,
      runTimeoutMinutes: 5,
      minWindowSeconds: 1,
    },
  }
})
afterAll(() => simulator.stop())

/** The same scenario with trials of another length. */
const lasting = (file: PlainTextFile, seconds: number): PlainTextFile => ({
  ...file,
  trial: { ...file.trial, seconds },
})

const options = (over: Partial<RunOptions> = {}): RunOptions =>
  oneTrialOptions({
    endpoint: simulator.url,
    nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
    outDir: folder,
    ...over,
  })

describe('a run on the simulator', () => {
  let run: FinishedRun
  beforeAll(async () => {
    run = await untilMeasured(
      (seconds) => runOnce(lasting(scenario, seconds), options()),
      ({ record }) => record.trials.every((each) => isKnown(each.windowStartMs) && isKnown(each.energyJ)),
      { fromSeconds: 3.5 },
    )
  })
  const trial = () => {
    const [first] = trialsOfKind(run.record.trials, 'text')
    if (!first || !isKnown(first.windowStartMs) || !isKnown(first.windowEndMs)) throw new Error('no steady window')
    return { ...first, windowStartMs: first.windowStartMs, windowEndMs: first.windowEndMs }
  }

  test('is complete, on the card that nvidia-smi names, and every request succeeded at its exact length', async () => {
    expect(run.record).toMatchObject({ status: 'complete', card: { key: 'rtx-4090' } })
    expect(trial().outcomes).toEqual({ ok: trial().requests })
    const rows = await readRows(run.directory, 'requests.csv')
    expect(rows).toHaveLength(trial().requests)
    expect(rows.every((row) => row.promptTokens === 64 && row.outputTokens === 48)).toBe(true)
    expect(rows.every((row) => row.cachedTokens === null || row.cachedTokens === 0)).toBe(true)
  })

  test('is simulated in every place, and can never be quoted', () => {
    expect(run.record.source).toBe('simulated')
    expect(run.record.sourceEvidence.length).toBeGreaterThanOrEqual(2)
    expect(run.record.gpus[0]).toMatchObject({ driver: '0.0-sim', name: 'NVIDIA GeForce RTX 4090 (SIMULATED)' })
    expect(run.record.gates.find((gate) => gate.id === 'live-source')?.status).toBe('fail')
    expect(run.record.quotable).toBe(false)
  })

  test('counts the tokens of the window as the rows on disk have them', async () => {
    const tokens = await readRows(run.directory, 'tokens.csv')
    const { windowStartMs, windowEndMs, outputTokens, outputTokensPerS } = trial()
    const inside = tokens.filter((row) => row.binStartMs >= windowStartMs && row.binStartMs + 20 <= windowEndMs)
    expect(inside.reduce((sum, row) => sum + row.tokens, 0)).toBe(outputTokens)
    expect(outputTokensPerS).toBeCloseTo((outputTokens as number) / ((windowEndMs - windowStartMs) / 1000), 6)
    const all = new RequestTable(await readRows(run.directory, 'requests.csv')).column('outputTokens')
    expect(tokens.reduce((sum, row) => sum + row.tokens, 0)).toBe(all.reduce((sum, each) => sum + each, 0))
  })

  test('has the energy that the simulator used in the window, within 5 % or its own error bar', async () => {
    const { windowStartMs, windowEndMs, energyJ, meanPowerW, energy } = trial()
    const { originMs } = run.record.clock
    const query = `fromMs=${originMs + windowStartMs}&toMs=${originMs + windowEndMs}`
    const truth = (await (await fetch(`${simulator.url}/simulator/true-energy?${query}`)).json()) as { energyJ: number }
    expect(energyJ).toBeTypeOf('number')
    // the error bar depends on the achieved sampling: on a busy machine it is wider than 5 %
    const { randomJ } = errorBar(energy.errorTermsJ)
    expect(Math.abs((energyJ as number) - truth.energyJ)).toBeLessThan(Math.max(0.05 * truth.energyJ, randomJ))
    expect(meanPowerW).toBeCloseTo((energyJ as number) / ((windowEndMs - windowStartMs) / 1000), 6)
  })

  test('keeps the state of the cards so that the rows on disk recompute it, and its gates use it', async () => {
    const { telemetry, fingerprint, trials, gpus, gates } = run.record
    const servingUuids = gpus.map((gpu) => gpu.uuid)
    expect(telemetry?.before.health.map(({ uuid }) => uuid)).toEqual(servingUuids)
    expect(telemetry?.after.processes).toHaveLength(1)
    expect(telemetry?.sampler).toMatchObject({ restarts: 0, gaveUp: null })
    expect(telemetry?.trials[0]?.window).toMatchObject({
      samples: expect.any(Number),
      reasonShares: expect.any(Object),
    })
    expect(telemetry?.counter.state).not.toBe('ok')
    expect(fingerprint?.driverStateSha256).toMatch(/^[0-9a-f]{64}$/)
    const gpuRows = await readRows(run.directory, 'gpu.csv')
    const counterRows = await readRows(run.directory, 'counter.csv')
    const again = telemetry && withCardValues(telemetry, trials, { gpuRows, counterRows, servingUuids })
    expect(again).toEqual(telemetry)
    const statuses = Object.fromEntries(gates.map((gate) => [gate.id, gate.status]))
    expect(statuses).toMatchObject({ 'card-match': 'pass', 'gpu-exclusive': 'pass', 'power-limit': 'pass' })
    expect(statuses).toMatchObject({ throttle: 'pass', ecc: 'not-measured', 'energy-agreement': 'pass' })
    // without the counter of NVML the second source is power.draw.instant
    const agreement = gates.find(({ id }) => id === 'energy-agreement')
    expect(agreement?.evidence).toMatch(/from power\.draw\.instant in trial \d+ .*; no energy counter: /)
  })

  test('is the same when it is read back, with hashes and row counts of its files', async () => {
    const { record } = await readRun(run.directory)
    expect(record).toEqual(run.record)
    expect(Object.keys(record.files)).toEqual(expect.arrayContaining(['requests.csv', 'tokens.csv', 'gpu.csv']))
    expect(record.files['gpu.csv']?.rows).toBe((await readRows(run.directory, 'gpu.csv')).length)
  })

  test('keeps no key, no prompt and no output text', async () => {
    const secret = 'sk-must-not-be-written'
    const { directory } = await runOnce(scenario, options({ apiKey: secret, nvidiaSmi: null }))
    const text = readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'utf8'))
      .join()
    expect(text).not.toContain(secret)
  })
})

test('without a GPU the run is kept, and energy is null with its reason, never 0', async () => {
  const { record } = await runOnce(scenario, options({ nvidiaSmi: null }))
  const [trial] = record.trials
  const none = { value: null, reason: expect.stringMatching(/--no-gpu/) }
  expect(trial).toMatchObject({ energyJ: none, tokensPerJ: none, meanPowerW: none })
  expect(record.result['tokensPerJ']).toMatchObject({ mean: null, n: 0 })
  for (const id of ['energy-coverage', 'card-match', 'throttle', 'ecc', 'power-limit', 'gpu-exclusive', 'clock']) {
    expect(record.gates.find((gate) => gate.id === id)).toMatchObject({
      status: 'not-measured',
      evidence: expect.stringContaining('--no-gpu'),
    })
  }
  expect([record.telemetry, record.fingerprint]).toEqual([undefined, undefined])
})

test('a card of unknown temperature is not waited for: each skipped cool-down is kept, and one warning is shown', async () => {
  const warnings: string[] = []
  const progress = { ...silentProgress, warn: (message: string) => void warnings.push(message) }
  const coolDown = { toWithinC: 3, timeoutSeconds: 60 }
  const cooled = {
    ...scenario,
    trial: { ...scenario.trial, seconds: 0.5, warmupSeconds: 0, quietSeconds: 0.8, coolDown },
  }
  const serverStart = { number: 2, of: 3 }
  const { record } = await runOnce(cooled, options({ nvidiaSmi: null, trials: 3, progress, serverStart }))
  expect(record.coolDowns?.map(({ beforeTrial, outcome }) => [beforeTrial, outcome])).toEqual([
    [1, 'temperature-unknown'],
    [2, 'temperature-unknown'],
  ])
  expect(warnings.filter((warning) => warning.startsWith('no cool-down'))).toHaveLength(1)
  expect(record).toMatchObject({ status: 'complete', serverStart })
})

test('a run that exceeds its timeout ends as interrupted, with the reason in its record', async () => {
  // 0.06 minutes, which are not a whole number of ms in floating point, and twice that and more where the machine needs them to begin with a trial
  const bounded = (seconds: number) => {
    const trial = { ...scenario.trial, seconds: 10 * seconds, runTimeoutMinutes: (1.2 * seconds) / 60 }
    return runOnce({ ...scenario, trial }, options({ nvidiaSmi: null }))
  }
  const isCut = ({ record }: FinishedRun) => record.failure?.includes('trial 1') === true
  const { record } = await untilMeasured(bounded, isCut, { fromSeconds: 3 })
  expect(record).toMatchObject({
    status: 'interrupted',
    failure: expect.stringMatching(
      /^stopped after runTimeoutMinutes: 0\.\d+; trial 1 was cut after \d+\.\d s and gives no result$/,
    ),
    trials: [],
    result: {},
  })
})

describe('other loads', () => {
  const shortTrial = {
    seconds: 3,
    warmupSeconds: 0,
    quietSeconds: 0.8,
    requestTimeoutSeconds: 60,
    runTimeoutMinutes: 5,
    minWindowSeconds: 1,
  }

  test('an open loop sends at its rate and measures latency from the schedule', async () => {
    const load = {
      shape: 'open',
      ratePerS: 20,
      arrivals: 'constant',
      burstiness: 1,
      rampSeconds: 0,
      // more than are ever due: nothing is dropped, however slowly the machine answers
      maxInFlight: 64,
    } as const
    const { directory, record } = await runOnce(
      { ...scenario, load, trial: shortTrial, slo: { ttftMs: 5000 } },
      options({ nvidiaSmi: null }),
    )
    const [trial] = trialsOfKind(record.trials, 'text')
    const rows = await readRows(directory, 'requests.csv')
    expect(rows.map((row) => row.scheduledMs - (trial?.startMs ?? 0)).slice(0, 3)).toEqual(
      [50, 100, 150].map((ms) => expect.closeTo(ms, 2)),
    )
    expect(rows).toHaveLength(59)
    expect(trial?.client.dropped).toBe(0)
    expect(trial?.ttftFromScheduleMs.p50).toBeGreaterThanOrEqual(trial?.ttftMs.p50 as number)
    expect(trial?.windowStartMs).toBeTypeOf('number')
  })

  test('an open loop without enough connections drops requests, and the gate fails', async () => {
    const load = {
      shape: 'open',
      ratePerS: 60,
      arrivals: 'constant',
      burstiness: 1,
      rampSeconds: 0,
      maxInFlight: 4,
    } as const
    const { record } = await runOnce({ ...scenario, load, trial: shortTrial }, options({ nvidiaSmi: null }))
    expect(record.trials[0]?.client.dropped).toBeGreaterThan(20)
    expect(record.gates.find((gate) => gate.id === 'client-headroom')).toMatchObject({
      status: 'fail',
      evidence: expect.stringMatching(/[1-9]\d* dropped/),
    })
  })

  test('conversations grow turn by turn, and their earlier turns come from the prefix cache', async () => {
    const load = {
      shape: 'closed',
      concurrency: 3,
      rampSeconds: 0,
      session: { turns: 4, thinkSeconds: 0.05, userTokens: 16 },
    } as const
    const lengthsIn = async (seconds: number) => {
      const file = lasting({ ...scenario, load, trial: shortTrial }, seconds)
      const { directory } = await runOnce(file, options({ nvidiaSmi: null }))
      return new Set((await readRows(directory, 'requests.csv')).map((row) => row.promptTokens))
    }
    const lengths = await untilMeasured(lengthsIn, ({ size }) => size >= 4, { fromSeconds: 3 })
    expect([...lengths].sort((a, b) => Number(a) - Number(b))).toEqual([64, 128, 192, 256])
  })

  test('the openai package can be the client: same outcomes and lengths, its own times', async () => {
    const file: PlainTextFile = { ...scenario, client: 'sdk', trial: shortTrial }
    const { directory, record } = await untilMeasured(
      (seconds) => runOnce(lasting(file, seconds), options({ nvidiaSmi: null })),
      (run) => run.record.trials.every(({ requests }) => requests > 10),
      { fromSeconds: 3 },
    )
    expect(record.scenario).toMatchObject({ client: 'sdk' })
    const rows = await readRows(directory, 'requests.csv')
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.every((row) => row.outcome === 'ok' && row.outputTokens === 48 && row.firstTokenMs !== null)).toBe(true)
  })

  test('a trace is replayed at its times with its lengths', async () => {
    const file = join(folder, 'trace.jsonl')
    const line = (timestamp: number, input: number, output: number) =>
      JSON.stringify({ timestamp, input_length: input, output_length: output, hash_ids: [1] })
    writeFileSync(file, `${[line(500, 600, 8), line(0, 700, 4), line(2400, 520, 6)].join('\n')}\n`)
    const load = { shape: 'trace', file, speed: 1, maxInFlight: 8 } as const
    const { directory } = await runOnce({ ...scenario, load, trial: shortTrial }, options({ nvidiaSmi: null }))
    const rows = (await readRows(directory, 'requests.csv')).toSorted((a, b) => a.scheduledMs - b.scheduledMs)
    expect(rows.map((row) => [row.promptTokens, row.outputTokens, row.outcome])).toEqual([
      [700, 4, 'ok'],
      [600, 8, 'ok'],
      [520, 6, 'ok'],
    ])
  })
})

describe('interrupted', () => {
  const short = join(folder, 'short.yaml')
  const text = readFileSync(scenarioPath, 'utf8')
    .replace('tokens: 512', 'tokens: 64')
    .replace('tokens: 256', 'tokens: 48')
    .replace(/^trial: .*$/m, 'trial: { seconds: 60, warmupSeconds: 0.4, quietSeconds: 0.8 }')
  writeFileSync(short, text)

  const start = (out: string) => {
    const where = ['--endpoint', simulator.url, '--nvidia-smi', simulator.nvidiaSmi, '--out', out]
    return spawn(process.execPath, cliWords('run', short, ...where, '--skip-calibration'), {
      stdio: 'ignore',
      env: { ...process.env, OPENAI_API_KEY: '' },
    })
  }
  const runFolder = (out: string) => join(out, readdirSync(out)[0] ?? 'not-yet')
  /** Waits until measured requests are on disk, however long the machine takes for that. */
  async function untilRequestsAreOnDisk(out: string): Promise<number> {
    for (;;) {
      const rows = await readRows(runFolder(out), 'requests.csv').catch(() => [])
      if (rows.length > 20) return rows.length
      await systemClock.sleep(100)
    }
  }

  test('by kill -9, the record is readable with status running and every request that had ended', async () => {
    const out = mkdtempSync(join(tmpdir(), 'kill-'))
    const child = start(out)
    const seen = await untilRequestsAreOnDisk(out)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { record } = await readRun(runFolder(out))
    expect(record).toMatchObject({ status: 'running', endedAt: null, quotable: false, source: 'simulated' })
    const rows = await readRows(runFolder(out), 'requests.csv')
    expect(rows.length).toBeGreaterThanOrEqual(seen)
    expect(rows.every((row) => row.outcome === 'ok' && row.outputTokens === 48)).toBe(true)
    // and it can be closed: all of them are in the record then
    const joulemark = (command: string) =>
      once(spawn(process.execPath, cliWords(command, out), { stdio: 'ignore' }), 'exit')
    expect(await joulemark('close')).toEqual([0, null])
    const closed = (await readRun(runFolder(out))).record
    expect(closed).toMatchObject({ status: 'interrupted', quotable: false, source: 'simulated' })
    expect(closed.files['requests.csv']?.rows).toBe(rows.length)
    expect(await joulemark('verify')).toEqual([0, null])
  })

  test('by a lost terminal, reported four times, it ends in good order', async () => {
    const out = mkdtempSync(join(tmpdir(), 'hang-up-'))
    const child = start(out)
    await untilRequestsAreOnDisk(out)
    for (let sent = 0; sent < 4; sent += 1) {
      child.kill('SIGHUP')
      await systemClock.sleep(20)
    }
    const [code] = await once(child, 'exit')
    expect(code).toBe(130)
    const { record } = await readRun(runFolder(out))
    expect(record.status).toBe('interrupted')
    await expectCut(record, runFolder(out))
  })

  test('by Ctrl-C, requests in flight end, the status is interrupted and the exit code 130', async () => {
    const out = mkdtempSync(join(tmpdir(), 'interrupt-'))
    const child = start(out)
    await untilRequestsAreOnDisk(out)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(130)
    const { record } = await readRun(runFolder(out))
    expect(record).toMatchObject({ status: 'interrupted', quotable: false })
    expect(record.endedAt).not.toBeNull()
    await expectCut(record, runFolder(out))
  })

  test('by SIGSTOP for a while, the record says so, and does not blame the driver', async () => {
    const out = mkdtempSync(join(tmpdir(), 'stopped-'))
    const child = start(out)
    await untilRequestsAreOnDisk(out)
    child.kill('SIGSTOP')
    await systemClock.sleep(6000)
    child.kill('SIGCONT')
    // requests in flight may end before the next signal: some time in which it runs again
    await systemClock.sleep(1000)
    child.kill('SIGINT')
    expect((await once(child, 'exit'))[0]).toBe(130)
    const { record } = await readRun(runFolder(out))
    const stops = record.interruptions?.filter(({ kind }) => kind === 'stopped') ?? []
    expect(stops.length).toBeGreaterThan(0)
    expect(Math.max(...stops.map(({ byMs }) => byMs))).toBeGreaterThan(3000)
    expect(record.telemetry?.sampler?.events.filter(({ kind }) => kind === 'lost' || kind === 'gap')).toEqual([])
  })

  test('by Ctrl-C twice, what is in flight is cut and recorded as aborted, never as a short success', async () => {
    const out = mkdtempSync(join(tmpdir(), 'interrupt-twice-'))
    const child = start(out)
    await untilRequestsAreOnDisk(out)
    child.kill('SIGINT')
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(130)
    const { record } = await readRun(runFolder(out))
    expect(record.status).toBe('interrupted')
    const rows = await readRows(runFolder(out), 'requests.csv')
    expect(rows.filter((row) => row.outcome === 'ok').every((row) => row.outputTokens === 48)).toBe(true)
    expect(rows.filter((row) => row.outcome !== 'ok').every((row) => row.outcome === 'aborted')).toBe(true)
  })
})

/** The trial that was cut gives no value; its requests have ended, and are on disk. */
async function expectCut(record: RunRecord, directory: string): Promise<void> {
  expect(record).toMatchObject({ trials: [], result: {}, failure: expect.stringMatching(/^trial 1 was cut after /) })
  const rows = await readRows(directory, 'requests.csv')
  expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  expect((await verifyRun(directory)).problems).toEqual([])
}
