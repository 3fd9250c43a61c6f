import { describe, expect, it } from 'vitest'
import { cardOverWindow } from '../../energy/card-window.ts'
import { missing } from '../../record/measured.ts'
import type { GpuRow } from '../../record/rows.ts'
import { makeGpu, makeHealth } from '../../testing/card-builder.ts'
import { gpuRow } from '../../testing/rows.ts'
import { makeTextTrial } from '../../testing/trial-builder.ts'
import { checkSteps } from './clock.ts'
import { comparePowerLimit, matchCard } from './match.ts'
import { checkMemoryErrors } from './memory.ts'
import { checkCoverage, compareEnergy } from './power.ts'
import { checkProcesses } from './processes.ts'
import { checkSlowdown, checkSoak, throttledBetween } from './slowdown.ts'

const window = (over: (at: number) => Partial<GpuRow> = () => ({}), trial = 0) => {
  const rows = Array.from({ length: 301 }, (_, index) => gpuRow(index * 200, over(index * 200)))
  return cardOverWindow(rows, ['GPU-a'], trial, { startMs: 0, endMs: 60_000 })
}

describe('card-match', () => {
  const expected = { key: 'rtx-4090', entries: [{ smiName: 'NVIDIA GeForce RTX 4090', memoryTotalMiB: 24_564 }] }
  const card = { key: 'rtx-4090', name: null }

  it.each([
    ['the card named', expected, [makeGpu()], 'pass'],
    [
      'its simulation, which another gate refuses',
      expected,
      [makeGpu({ name: 'NVIDIA GeForce RTX 4090 (SIMULATED)' })],
      'pass',
    ],
    ['ECC takes its share of the memory', expected, [makeGpu({ memoryTotalMiB: 23_028 })], 'pass'],
    ['another card', expected, [makeGpu({ name: 'NVIDIA GeForce RTX 4080 SUPER' })], 'fail'],
    ['a slice of the card', expected, [makeGpu({ memoryTotalMiB: 12_000 })], 'fail'],
    ['one of two is another card', expected, [makeGpu(), makeGpu({ uuid: 'GPU-b', name: 'NVIDIA L40S' })], 'fail'],
    [
      'another card beside, that does not serve',
      expected,
      [makeGpu(), makeGpu({ name: 'NVIDIA L40S', serving: false })],
      'pass',
    ],
    ['no card was named or known', null, [makeGpu()], 'not-measured'],
    ['no GPU could be read', expected, [], 'not-measured'],
  ] as const)('%s', (_, expected, gpus, status) => {
    expect(matchCard(expected, card, gpus).status).toBe(status)
  })
})

describe('gpu-exclusive', () => {
  const server = { uuid: 'GPU-a', pid: 1, name: 'VLLM::EngineCore' }
  const other = { uuid: 'GPU-a', pid: 2, name: 'blender' }

  it.each([
    ['only the server', [{ processes: [server] }, { processes: [server] }], [], 'pass'],
    ['another process at the end', [{ processes: [server] }, { processes: [server, other] }], [], 'fail'],
    [
      'another process on a card that does not serve',
      [{ processes: [server, { ...other, uuid: 'GPU-b' }] }],
      [],
      'pass',
    ],
    ['a desktop beside the server', [{ processes: [server, { ...other, name: '/usr/lib/xorg/Xorg' }] }], [], 'warn'],
    ['two processes that are the server', [{ processes: [server, { ...server, pid: 3 }] }], [1, 3], 'pass'],
    ['one process that is not the server', [{ processes: [other] }], [1], 'fail'],
    ['no process is visible inside a container', [{ processes: [] }], [], 'not-measured'],
    ['a list that cannot be read', [{ processes: null, reason: 'no permission' }], [], 'not-measured'],
    ['not listed', [], [], 'not-measured'],
  ])('%s', (_, sights, pids, status) => {
    expect(checkProcesses(sights, ['GPU-a'], pids).status).toBe(status)
  })
})

describe('energy gates', () => {
  const trial = (energyJ: number | null, coverage: number | null, findings: string[] = []) =>
    makeTextTrial({
      energyJ: energyJ ?? missing('samples cover 90 %'),
      energy: { ...makeTextTrial().energy, coverage, findings },
    })

  it.each([
    ['full', [trial(1, 1)], 'pass'],
    ['over 99 %', [trial(1, 0.991)], 'pass'],
    ['under 99 %', [trial(1, 1), trial(1, 0.98)], 'warn'],
    ['a stale sensor', [trial(1, 0.995, ['GPU-a: power did not change (stale sensor)'])], 'warn'],
    ['no energy', [trial(1, 1), trial(null, 0.9)], 'fail'],
    ['no window', [], 'not-measured'],
  ])('coverage: %s', (_, trials, status) => {
    expect(checkCoverage(trials, [makeGpu()], undefined).status).toBe(status)
    expect(checkCoverage(trials, [], 'no nvidia-smi')).toEqual({ status: 'not-measured', evidence: 'no nvidia-smi' })
  })

  it('agreement fails over 5 % in any window, either way', () => {
    const pair = (trapezoidJ: number | null, counterJ: number | null) => ({
      trial: 3,
      trapezoidJ,
      counterJ,
      reason: 'no koffi',
    })
    expect(compareEnergy([pair(1040, 1000), pair(null, 1000)]).status).toBe('pass')
    expect(compareEnergy([pair(1000, 1000), pair(940, 1000)])).toMatchObject({
      status: 'fail',
      evidence: expect.stringContaining('-6.0 %'),
    })
    expect(compareEnergy([pair(1000, null)])).toMatchObject({
      status: 'not-measured',
      evidence: 'no energy counter: no koffi',
    })
    // what the edges of a short window can do is no disagreement
    expect(compareEnergy([{ ...pair(1100, 1000), randomJ: 50 }]).status).toBe('pass')
    expect(compareEnergy([{ ...pair(1100, 1000), randomJ: 49 }]).status).toBe('fail')
    expect(compareEnergy([{ ...pair(900, 1000), randomJ: 50 }]).status).toBe('pass')
    expect(compareEnergy([{ ...pair(900, 1000), randomJ: 49 }]).status).toBe('fail')
    expect(compareEnergy([]).status).toBe('not-measured')
  })
})

describe('throttle', () => {
  const mask = (bits: string, fromMs = 0) =>
    window((at) => (at >= fromMs ? { eventReasons: bits } : { eventReasons: '0x0' }))

  it.each([
    ['power cap, which is normal', mask('0x4'), 'pass'],
    ['hardware slowdown for one sample', mask('0x8', 60_000), 'fail'],
    ['hardware thermal slowdown', mask('0x40', 30_000), 'fail'],
    ['power brake', mask('0x80', 30_000), 'fail'],
    ['a moment of software thermal slowdown', mask('0x20', 59_800), 'warn'],
    ['software thermal slowdown', mask('0x20', 50_000), 'fail'],
    ['no reasons reported', window(() => ({ eventReasons: null })), 'not-measured'],
  ])('%s', (_, seen, status) => {
    expect(checkSlowdown([seen], null, 60_000).status).toBe(status)
  })

  it('also believes the counters of the driver, which miss nothing between samples', () => {
    const after = makeHealth({ throttleUs: { ...makeHealth().throttleUs, hw_thermal_slowdown: 120_000 } })
    const passed = throttledBetween([makeHealth()], [after])
    expect(passed).toMatchObject({ sw_power_cap: 0, hw_thermal_slowdown: 120_000 })
    expect(checkSlowdown([mask('0x0')], passed, 60_000).status).toBe('fail')
    expect(checkSlowdown([mask('0x0')], { sw_thermal_slowdown: 10_000 }, 60_000).status).toBe('warn')
  })

  it('has no difference of counters that are missing or were reset', () => {
    expect(throttledBetween([], [makeHealth()])).toBeNull()
    expect(throttledBetween([makeHealth({ throttleUs: null })], [makeHealth()])).toBeNull()
    expect(throttledBetween([makeHealth()], [makeHealth({ throttleUs: { sw_power_cap: 5 } })])).toBeNull()
    expect(throttledBetween([makeHealth()], [])).toBeNull()
  })
})

describe('thermal-soak', () => {
  it.each([
    ['steady', window(), 'pass'],
    ['a clock that sags', window((at) => ({ smClockMHz: 2700 - at / 300 })), 'fail'],
    ['a die that warms by 4 C', window((at) => ({ temperatureC: 60 + Math.round(at / 10_000) })), 'warn'],
    ['a die that warms by 8 C', window((at) => ({ temperatureC: 60 + Math.round(at / 5000) })), 'fail'],
    ['no sensors', window(() => ({ smClockMHz: null, temperatureC: null })), 'not-measured'],
  ])('%s', (_, seen, status) => {
    expect(checkSoak([window(), seen].slice(status === 'not-measured' ? 1 : 0)).status).toBe(status)
  })
})

describe('ecc', () => {
  const none = {
    eccCorrected: null,
    eccUncorrected: null,
    remapPending: null,
    remapFailure: null,
    retirementPending: null,
  }
  it.each([
    ['clean', makeHealth(), 'pass'],
    ['corrected errors from before the run', makeHealth({ eccCorrected: 2 }), 'pass'],
    ['a corrected-error jump', makeHealth({ eccCorrected: 5 }), 'fail'],
    ['an uncorrected error', makeHealth({ eccUncorrected: 1 }), 'fail'],
    ['a pending remap', makeHealth({ remapPending: true }), 'fail'],
    ['a failed remap', makeHealth({ remapFailure: true }), 'fail'],
    ['a card without ECC', makeHealth(none), 'not-measured'],
  ])('%s', (_, after, status) => {
    expect(checkMemoryErrors([makeHealth({ eccCorrected: 2 })], [after]).status).toBe(status)
  })
})

describe('power-limit', () => {
  it('passes at the default or at the limit of the scenario; a failure shows how to fix it', () => {
    expect(comparePowerLimit([makeGpu()]).status).toBe('pass')
    const stated = { limitW: 300, source: 'stated by the scenario' }
    expect(comparePowerLimit([makeGpu({ powerLimitW: 300 })], stated).status).toBe('pass')
    expect(comparePowerLimit([makeGpu({ powerLimitW: 300 })])).toMatchObject({
      status: 'fail',
      evidence: expect.stringContaining('nvidia-smi -i 0 -pl 450'),
    })
    expect(comparePowerLimit([makeGpu()], stated).status).toBe('fail')
    expect(comparePowerLimit([makeGpu({ powerLimitW: null })]).status).toBe('not-measured')
    expect(comparePowerLimit([makeGpu({ powerLimitW: 300, serving: false })]).status).toBe('not-measured')
  })
})

describe('clock', () => {
  const windows = [{ index: 0, windowStartMs: 10_000, windowEndMs: 20_000 }]
  it('fails on a step in or right beside a window only', () => {
    expect(checkSteps([], windows).status).toBe('pass')
    expect(checkSteps([{ atMs: 5000, stepMs: 80 }], windows).status).toBe('pass')
    expect(checkSteps([{ atMs: 15_000, stepMs: -700 }], windows)).toMatchObject({
      status: 'fail',
      evidence: expect.stringContaining('-700 ms'),
    })
    expect(checkSteps([{ atMs: 20_500, stepMs: 80 }], windows).status).toBe('fail')
    expect(checkSteps(null, windows).status).toBe('not-measured')
    expect(
      checkSteps(
        [{ atMs: 1, stepMs: 80 }],
        [{ index: 0, windowStartMs: missing('none'), windowEndMs: missing('none') }],
      ).status,
    ).toBe('pass')
  })
})

describe('cardOverWindow', () => {
  it('takes the card that drifted most, and the slowest memory clock', () => {
    const rows = Array.from({ length: 301 }, (_, index) => [
      gpuRow(index * 200),
      gpuRow(index * 200, { uuid: 'GPU-b', smClockMHz: 2700 - index, memClockMHz: 9501, temperatureC: 70 }),
    ]).flat()
    const seen = cardOverWindow(rows, ['GPU-a', 'GPU-b'], 2, { startMs: 0, endMs: 60_000 })
    expect(seen).toMatchObject({
      trial: 2,
      samples: 602,
      memClockMHz: 9501,
      maxTemperatureC: 70,
      smClockMHz: { first: 2650, last: 2450 },
    })
    expect(seen.reasonShares).toMatchObject({ swPowerCap: 1, hwSlowdown: 0 })
    expect(cardOverWindow([], ['GPU-a'], 0, { startMs: 0, endMs: 1 })).toMatchObject({
      samples: 0,
      reasonShares: null,
      smClockMHz: null,
      memClockMHz: null,
    })
  })
})
