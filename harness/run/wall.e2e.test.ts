import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { errorBar } from '../energy/error-bar.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { isKnown } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import type { WallDelay } from '../record/schema/wall.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { CONTROLLER, serverW } from '../simulator/bmc.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { systemHost } from '../telemetry/wall/host.ts'
import { gateOf } from '../testing/measured-run.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'
import { type FinishedRun, runOnce } from './run.ts'

/** A run with the power of its server, by an ipmitool whose truth follows the power of the simulated card. */
const scenarioPath = fileURLToPath(new URL('../../scenarios/llama-3.1-8b-fp8-batch32.yaml', import.meta.url))
let simulator: RunningSimulator
let run: FinishedRun

beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  const [file] = await loadScenarios([scenarioPath], catalogueNames)
  const scenario = (seconds: number): PlainTextFile => ({
    ...(file as PlainTextFile),
    load: { shape: 'closed', concurrency: 8, rampSeconds: 0.2 },
    prompt: { tokens: 64, prefixCache: 'cold' },
    output: { tokens: 48 },
    trial: {
      seconds,
      warmupSeconds: 0,
      quietSeconds: 1.2,
      requestTimeoutSeconds: 60,
      runTimeoutMinutes: 5,
      minWindowSeconds: 1,
    },
  })
  const env = { JOULEMARK_IPMITOOL: simulator.ipmitool }
  const options = oneTrialOptions({
    endpoint: simulator.url,
    nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
    outDir: mkdtempSync(join(tmpdir(), 'wall-')),
    trials: 2,
    wall: { asked: ['ipmi'], host: systemHost({ ipmi: { intervalSeconds: 0.5 } }, env) },
  })
  run = await untilMeasured(
    (seconds) => runOnce(scenario(seconds), options),
    ({ record }) => record.trials.every(({ wall }) => wall !== undefined && isKnown(wall.serverEnergyJ)),
    { fromSeconds: 5 },
  )
})
afterAll(() => simulator.stop())

const source = () => run.record.wall!.sources[0]!

describe('the power of the server of a run', () => {
  test('is in the record, stamped, and the run is simulated', () => {
    expect(source()).toMatchObject({
      source: 'ipmi',
      state: 'ok',
      by: expect.stringContaining('(SIMULATED)'),
    })
    expect(run.record).toMatchObject({ source: 'simulated', quotable: false, wall: { server: 'ipmi', cpu: null } })
    expect(run.record.sourceEvidence).toContainEqual(expect.stringContaining('ipmitool'))
  })

  test('gives the joules that the server used, within the error bar of the record', async () => {
    const { originMs } = run.record.clock
    for (const trial of run.record.trials) {
      if (!isKnown(trial.windowStartMs) || !isKnown(trial.windowEndMs)) throw new Error('no window')
      const query = `fromMs=${originMs + trial.windowStartMs}&toMs=${originMs + trial.windowEndMs}`
      const truth = (await (await fetch(`${simulator.url}/simulator/true-energy?${query}`)).json()) as {
        energyJ: number
      }
      const seconds = (trial.windowEndMs - trial.windowStartMs) / 1000
      const trueJ = serverW(truth.energyJ / seconds) * seconds
      const { totalJ } = errorBar(source().trials[trial.index]!.errorTermsJ)
      expect(Math.abs((trial.wall?.serverEnergyJ as number) - trueJ)).toBeLessThan(totalJ)
      expect(totalJ / trueJ).toBeLessThan(0.25)
    }
    expect(gateOf(run.record, 'server-power').status).toBe('pass')
  })

  test('is placed by the delay of its reading, which is found within its uncertainty', async () => {
    const { originMs } = run.record.clock
    const { updateMs, latencyMs, averagingMs } = CONTROLLER
    const rows = await readRows(run.directory, 'wall.csv')
    const ages = rows.map(({ timeMs }) => {
      const updatedMs = Math.floor((originMs + timeMs - latencyMs) / updateMs) * updateMs
      return originMs + timeMs - (updatedMs - averagingMs / 2)
    })
    const trueDelayMs = ages.reduce((sum, ageMs) => sum + ageMs, 0) / ages.length
    const delay = source().delay as WallDelay
    expect(delay).toMatchObject({ delayMs: expect.any(Number) })
    expect(Math.abs(delay.delayMs - trueDelayMs)).toBeLessThan(delay.halfWidthMs)
  })

  test('has metrics of its own, and verifies from its rows', async () => {
    const { serverPowerW, serverTokensPerJ, tokensPerJ, cpuEnergyJ } = run.record.result
    expect(serverPowerW).toMatchObject({ n: 2, unit: 'W', mean: expect.any(Number) })
    expect(serverTokensPerJ?.mean).toBeLessThan(tokensPerJ?.mean as number)
    expect(cpuEnergyJ).toMatchObject({
      mean: null,
      reason: 'no power of the CPUs was read: --wall ipmi has no source of it',
    })
    expect((await verifyRun(run.directory)).problems).toEqual([])
    expect(run.record.files['wall.csv']?.rows).toBe((await readRows(run.directory, 'wall.csv')).length)
  })
})
