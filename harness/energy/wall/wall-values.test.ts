import { describe, expect, test } from 'vitest'
import type { WallRow } from '../../record/rows.ts'
import type { WallDelay, WallSource } from '../../record/schema/wall.ts'
import { makeWallSource } from '../../testing/wall-builder.ts'
import {
  type Controller,
  controllerRows,
  counterRows,
  HOST_W,
  known,
  PER_CARD_W,
  readController,
  type WallTrace,
  wallTrace,
} from '../../testing/wall-trace.ts'
import { errorBar } from '../error-bar.ts'
import { withWallValues } from './wall-values.ts'

const trace = wallTrace({})
const bmc: Controller = { averagingMs: 1000, updateMs: 1000, latencyMs: 500, stepW: 1 }

function valuesOf(
  wallRows: readonly WallRow[],
  sources: readonly WallSource[],
  of: WallTrace = trace,
  shared?: string,
) {
  const wall = { asked: 'auto', sources: [...sources], cpu: null, server: null, ...(shared ? { shared } : {}) }
  return withWallValues(
    { wall, trials: of.trials, idle: null },
    { wallRows, gpuRows: of.gpuRows, servingUuids: ['GPU-a'], ceilings: new Map() },
  )
}

/** Delay, and per trial error and half width of the error bar, of a controller. */
function read(controller: Controller, seed: number, of: WallTrace = trace) {
  const { rows, delayMs } = readController(of, controller, seed)
  const { wall, trials } = valuesOf(rows, [makeWallSource()], of)
  const source = wall.sources[0]!
  return {
    delay: source.delay as WallDelay,
    trueDelayMs: delayMs,
    source,
    energies: trials.map((trial) => {
      const window = [known(trial.windowStartMs), known(trial.windowEndMs)] as const
      const trueJ = of.trueJ(...window)
      const terms = source.trials[trial.index]!.errorTermsJ
      return { errorJ: known(trial.wall?.serverEnergyJ) - trueJ, trueJ, ...errorBar(terms) }
    }),
  }
}

describe('the energy of a server by its management controller', () => {
  const controllers: [string, Controller][] = [
    ['a quick one', bmc],
    ['one that is 3 s late', { ...bmc, latencyMs: 3000 }],
    ['one that updates every 5 s', { ...bmc, updateMs: 5000 }],
    ['one that averages 8 s', { ...bmc, averagingMs: 8000 }],
    ['one that reads in steps of 8 W', { ...bmc, stepW: 8 }],
  ]

  test.each(controllers)('%s: the delay is found, and each energy lies within its error bar', (_, controller) => {
    const seeds = Array.from({ length: 8 }, (__, index) => index + 1)
    const found = seeds.map((seed) => read(controller, seed))
    for (const { delay, trueDelayMs, energies } of found) {
      expect(Math.abs(delay.delayMs - trueDelayMs)).toBeLessThan(delay.halfWidthMs)
      expect(Math.abs(delay.delayMs - trueDelayMs)).toBeLessThan(controller.updateMs / 2)
      expect(Math.abs((delay.wPerCardW ?? 0) - PER_CARD_W)).toBeLessThan(0.1)
      // this controller has no error of gain: the random terms alone must cover what is left
      for (const { errorJ, randomJ, trueJ } of energies) {
        expect(Math.abs(errorJ)).toBeLessThan(randomJ)
        expect(Math.abs(errorJ) / trueJ).toBeLessThan(0.03)
      }
    }
  })

  test('without its delay the same readings would be wrong by more', () => {
    const late = { ...bmc, latencyMs: 6000 }
    const { source, energies } = read(late, 1)
    const rows = controllerRows(trace, late, 1)
    const [window] = trace.trials.map((trial) => [known(trial.windowStartMs), known(trial.windowEndMs)] as const)
    const inside = rows.filter(({ timeMs }) => timeMs >= window![0] && timeMs <= window![1])
    const meanW = inside.reduce((sum, row) => sum + (row.powerW ?? 0), 0) / inside.length
    const plainJ = (meanW * (window![1] - window![0])) / 1000
    const trueJ = trace.trueJ(...window!)
    expect(Math.abs(plainJ - trueJ) / trueJ).toBeGreaterThan(0.05)
    expect(Math.abs(energies[0]!.errorJ) / trueJ).toBeLessThan(0.01)
    expect(source.trials).toHaveLength(3)
  })

  test('its idle power is that of the padding between trials', () => {
    const { source } = read({ ...bmc, latencyMs: 200 }, 3)
    expect(known(source.idlePowerW)).toBeCloseTo(HOST_W + PER_CARD_W * 60, 0)
  })
})

describe('a delay that cannot be told', () => {
  const delayOf = (rows: readonly WallRow[], of: WallTrace = trace) =>
    valuesOf(rows, [makeWallSource()], of).wall.sources[0]!

  test('is missing where the reading stands still, with the reason; the error of the edges allows for it', () => {
    const frozen = controllerRows(trace, bmc, 1).map((row) => ({ ...row, powerW: 500 }))
    expect(delayOf(frozen).delay).toEqual({ value: null, reason: 'the reading did not change' })
  })

  test('is missing where the reading is that of another server', () => {
    const other = controllerRows(trace, bmc, 1).map((row, index) => ({ ...row, powerW: 500 + ((index * 37) % 90) }))
    expect(delayOf(other).delay).toMatchObject({ reason: expect.stringMatching(/does not follow the cards/) })
  })

  test('is missing where the cards hardly step', () => {
    const flat = { ...trace, gpuRows: trace.gpuRows.map((row) => ({ ...row, powerW: 60 })) }
    const { delay } = delayOf(controllerRows(trace, bmc, 1), flat)
    expect(delay).toMatchObject({ reason: 'the power of the cards changed by 0 W only' })
  })

  test('the energy is there all the same, with wider edges', () => {
    const rows = controllerRows(trace, { ...bmc, latencyMs: 2000 }, 4)
    const flat = { ...trace, gpuRows: [] }
    const blind = valuesOf(rows, [makeWallSource()], flat)
    const seeing = valuesOf(rows, [makeWallSource()])
    const edges = (of: typeof blind) => of.wall.sources[0]!.trials[0]!.errorTermsJ['edges'] ?? 0
    expect(edges(blind)).toBeGreaterThan(2 * edges(seeing))
    for (const [index, trial] of blind.trials.entries()) {
      const trueJ = trace.trueJ(known(trial.windowStartMs), known(trial.windowEndMs))
      const { totalJ } = errorBar(blind.wall.sources[0]!.trials[index]!.errorTermsJ)
      expect(Math.abs(known(trial.wall?.serverEnergyJ) - trueJ)).toBeLessThan(totalJ)
    }
  })
})

describe('energy counters', () => {
  const RANGE_UJ = 3_000_000_000
  const rapl = makeWallSource({
    source: 'rapl',
    covers: 'cpu',
    by: 'powercap',
    domains: [{ domain: 'package-0', counted: true, rangeUj: RANGE_UJ }],
  })

  test('give the energy by difference, also over the moment at which they begin again', () => {
    // 85 W wrap 3 kJ every 35 s: the window of the second trial holds one, whatever the start
    for (const startUj of [0, 1_234_567_890, 2_999_999_999]) {
      const { trials, wall } = valuesOf(counterRows(trace.endMs, 85, RANGE_UJ, startUj), [rapl])
      for (const trial of trials) {
        const seconds = (known(trial.windowEndMs) - known(trial.windowStartMs)) / 1000
        expect(known(trial.wall?.cpuEnergyJ)).toBeCloseTo(85 * seconds, 3)
      }
      expect(wall).toMatchObject({ cpu: 'rapl', server: null })
      expect(wall.sources[0]?.delay).toMatchObject({ delayMs: 0, halfWidthMs: 0 })
    }
  })

  test('of which one was reset give no energy, with the reason, and never a part of it', () => {
    const wide = { ...rapl, domains: [{ domain: 'package-0', counted: true, rangeUj: 262_143_328_850 }] }
    const rows = counterRows(trace.endMs, 85, 262_143_328_850, 500_000_000)
    const reset = rows.map((row) => (row.timeMs > 25_000 ? { ...row, energyUj: (row.energyUj ?? 0) % 7_000_000 } : row))
    const { trials } = valuesOf(reset, [wide])
    expect(trials[0]?.wall?.cpuEnergyJ).toMatchObject({
      reason: 'rapl: the counter of package-0 was reset during the window',
    })
  })

  test('of several domains are summed, without those that another one includes', () => {
    const two = makeWallSource({
      ...rapl,
      domains: [
        { domain: 'package-0', counted: true, rangeUj: RANGE_UJ },
        { domain: 'package-0/dram', counted: true, rangeUj: RANGE_UJ },
        { domain: 'psys', counted: false, rangeUj: RANGE_UJ },
      ],
    })
    const named = (domain: string, powerW: number) =>
      counterRows(trace.endMs, powerW, RANGE_UJ, 0).map((row) => ({ ...row, domain }))
    const rows = [...named('package-0', 85), ...named('package-0/dram', 15), ...named('psys', 300)]
    const { trials } = valuesOf(rows, [two])
    expect(known(trials[0]?.wall?.cpuEnergyJ)).toBeCloseTo(100 * 28.371, 3)
  })
})

describe('what the trials say', () => {
  const trialOf = (values: ReturnType<typeof valuesOf>) => values.trials[0]?.wall

  test('an outside meter is preferred, and a source without readings gives its reason', () => {
    const rows = controllerRows(trace, bmc, 1)
    const meter = makeWallSource({ source: 'command', by: 'a command' })
    const metered = rows.map((row) => ({ ...row, source: 'command', powerW: (row.powerW ?? 0) + 20 }))
    const { wall } = valuesOf([...rows, ...metered], [makeWallSource(), meter])
    expect(wall.server).toBe('command')
    const absent = makeWallSource({ state: 'absent', rows: 0, reason: 'ipmitool is not installed' })
    expect(trialOf(valuesOf([], [absent]))).toEqual({
      cpuEnergyJ: { value: null, reason: 'no power of the CPUs was read: --wall auto has no source of it' },
      serverEnergyJ: { value: null, reason: 'no power of the server was read: ipmi: ipmitool is not installed' },
      serverPowerW: { value: null, reason: 'no power of the server was read: ipmi: ipmitool is not installed' },
    })
  })

  test('under 95 % of the window there is no energy', () => {
    const rows = controllerRows(trace, bmc, 1).filter(({ timeMs }) => timeMs < 20_000 || timeMs > 32_000)
    expect(trialOf(valuesOf(rows, [makeWallSource()]))?.serverEnergyJ).toMatchObject({
      reason: expect.stringMatching(/^ipmi: readings cover 5\d\.\d % of the window; 95 % is required$/),
    })
  })

  test('a server that others load at the same time has no energy of this run', () => {
    const shared = 'other cards of the server were under load'
    const { wall, trials } = valuesOf(controllerRows(trace, bmc, 1), [makeWallSource()], trace, shared)
    expect(trials[0]?.wall?.serverPowerW).toEqual({ value: null, reason: shared })
    expect(known(wall.sources[0]?.trials[0]?.energyJ)).toBeGreaterThan(0)
  })
})
