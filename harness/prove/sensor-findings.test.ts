import { expect, test } from 'vitest'
import { isWindow } from '../energy/sensor/averaging-window.ts'
import { phaseEnergy } from '../energy/sensor/phase-energy.ts'
import { SHIFT_MS } from '../energy/shift.ts'
import type { GpuRow } from '../record/rows.ts'
import { gpuRow } from '../testing/rows.ts'
import { sensorFindings } from './sensor-findings.ts'

test('a fit that is no window does not move the samples: the usual shift of half a second stays', () => {
  const [periodMs, firstMs, uuid] = [3170, 3000, 'GPU-0']
  const on = Array.from({ length: 8 }, (_, at) => {
    const startMs = firstMs + at * periodMs
    return { startMs, endMs: startMs + periodMs / 2 }
  })
  // an exponential filter, read every 20 ms and renewed every 100 ms
  const rows: GpuRow[] = []
  let powerW = 40
  let shownW = 40
  for (let timeMs = 0; timeMs < firstMs + 9 * periodMs; timeMs += 1) {
    const isOn = on.some(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs)
    powerW += ((isOn ? 380 : 40) - powerW) / 700
    if (timeMs % 100 === 0) shownW = powerW
    if (timeMs % 20 === 0) rows.push(gpuRow(timeMs, { powerW: shownW, uuid }))
  }
  const span = { startMs: on[1]?.startMs ?? 0, endMs: on.at(-1)?.startMs ?? 0 }
  const counter = (timeMs: number) => ({ timeMs, energyMj: 210 * timeMs })
  // between two edges of a load, so that a shift changes the energy
  const square = { span, before: counter(span.startMs), after: counter(span.endMs - periodMs / 2) }
  const found = sensorFindings({ uuid, rows, phases: [{ id: 'square', ...square }], on, counterReason: null })
  const fit = found.window
  if (fit === null) throw new Error(found.windowReason)
  expect(isWindow(fit)).toBe(false)
  const by = (shiftMs: number) => phaseEnergy(rows, uuid, square, shiftMs).trapezoidJ
  expect(found.phases[0]?.trapezoidJ).toBe(by(SHIFT_MS.powerW))
  expect(by(SHIFT_MS.powerW)).not.toBe(by(fit.windowMs / 2 + fit.delayMs + (found.updateMs ?? 0) / 2))
})
