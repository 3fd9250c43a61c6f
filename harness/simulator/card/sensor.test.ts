import { describe, expect, it } from 'vitest'
import { ActivityLog } from './activity-log.ts'
import { readSensor } from './sensor.ts'

const IDLE_W = 50
const load = { powerW: 400, memoryShare: 0.8, capped: false }

/** A log with 10 ms steps from 10 s to 40 s, and idle around them. */
function loadedLog(): ActivityLog {
  const log = new ActivityLog(IDLE_W, 0)
  for (let startMs = 10_000; startMs < 40_000; startMs += 10) log.add(startMs, startMs + 10, load)
  return log
}

describe('ActivityLog', () => {
  it('integrates idle, load and the seams between them exactly', () => {
    const log = loadedLog()
    expect(log.between(0, 10_000).energyJ).toBeCloseTo(500, 6)
    expect(log.between(10_000, 40_000).energyJ).toBeCloseTo(12_000, 6)
    expect(log.between(39_995, 40_010).energyJ).toBeCloseTo(0.005 * 400 + 0.01 * 50, 6)
    expect(log.between(0, 50_000)).toMatchObject({ busyMs: 30_000, memoryMs: expect.closeTo(24_000, 3), cappedMs: 0 })
  })

  it('knows a span before it has ended', () => {
    const log = new ActivityLog(IDLE_W, 0)
    log.add(1000, 2000, load)
    expect(log.between(1000, 1500).energyJ).toBeCloseTo(200, 6)
  })

  it('counts what came before its birth as idle', () => {
    expect(new ActivityLog(IDLE_W, 5000).meanPowerW(3000, 5000)).toBeCloseTo(IDLE_W, 6)
  })
})

describe('readSensor', () => {
  it('shows power.draw as the mean of one second, renewed every 100 ms', () => {
    const log = loadedLog()
    expect(readSensor(log, 9_999, 0).drawW).toBeCloseTo(IDLE_W, 6)
    expect(readSensor(log, 10_599, 0).drawW).toBeCloseTo((IDLE_W + load.powerW) / 2, 6)
    expect(readSensor(log, 10_501, 0).drawW).toBe(readSensor(log, 10_599, 0).drawW)
    expect(readSensor(log, 11_000, 0).drawW).toBeCloseTo(load.powerW, 6)
    expect(readSensor(log, 10_200, 0).instantW).toBeCloseTo(load.powerW, 6)
    expect(readSensor(log, 20_000, 0)).toMatchObject({ gpuPct: 100, memoryPct: 80, cappedPct: 0 })
  })

  it('gives the true energy of a long load to one who polls and integrates it, but for the edges', () => {
    const log = loadedLog()
    const everyMs = 200
    let energyJ = 0
    for (let atMs = 9_000; atMs < 43_000; atMs += everyMs) {
      energyJ += ((readSensor(log, atMs, 0).drawW + readSensor(log, atMs + everyMs, 0).drawW) / 2) * (everyMs / 1000)
    }
    expect(energyJ).toBeCloseTo(log.between(9_000, 43_000).energyJ, -2)
    const windowJ = log.between(12_000, 38_000).energyJ
    let steadyJ = 0
    for (let atMs = 12_000; atMs < 38_000; atMs += everyMs) steadyJ += readSensor(log, atMs, 0).drawW * (everyMs / 1000)
    expect(steadyJ / windowJ).toBeCloseTo(1, 6)
  })
})
