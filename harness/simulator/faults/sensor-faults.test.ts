import { describe, expect, it } from 'vitest'
import { Machine } from '../card/machine.ts'
import { describeHardware } from '../hardware.ts'
import { type SimulatorOptions, simulatorDefaults } from '../options.ts'
import type { SmiGpu } from '../smi/state.ts'
import type { SensorFaultName } from './names.ts'

/** A box with one fault, on a clock that the test moves by hand: idle for 1 s, then at work for 5 s, then idle. */
function box(...sensorFaults: SensorFaultName[]) {
  const options: SimulatorOptions = {
    ...simulatorDefaults,
    card: 'rtx-4090',
    model: 'llama-3.1-8b-instruct-fp8',
    gpus: 2,
    sensorFaults,
  }
  const machine = new Machine(
    options,
    describeHardware(options).card,
    { processName: 'VLLM::EngineCore', usedMiB: 20_000 },
    0,
  )
  const at = (nowMs: number): SmiGpu => machine.smiState(nowMs).gpus[0] as SmiGpu
  const idle = at(900)
  machine.work(1000, 6000, { timeMs: 5000, memoryShare: 0.9, computeShare: 0, bandwidthShare: 0.7, arithmeticShare: 0 })
  return { machine, at, idle }
}

describe('a sensor that fails under load', () => {
  it('dies for good', () => {
    const { machine } = box('dies')
    expect([1100, 1300, 9000].map((ms) => machine.smiNoAnswer(ms))).toEqual([0, 'dead', 'dead'])
  })

  it('hangs for ten seconds', () => {
    const { machine } = box('hangs')
    expect([1100, 1300, 2300, 11_300].map((ms) => machine.smiNoAnswer(ms))).toEqual([0, 10_000, 9000, 0])
  })

  it('has gaps of 1.5 s in every 2 s', () => {
    const { machine } = box('gaps')
    expect([1300, 2300, 2800, 3300].map((ms) => machine.smiNoAnswer(ms))).toEqual([1500, 500, 0, 1500])
  })

  it('stands still at the first reading after its fault began, while the rest moves', () => {
    const { at } = box('frozen-value')
    const [first, later, after] = [at(1400), at(4000), at(8000)]
    expect([later.power.drawW, after.power.drawW]).toEqual([first.power.drawW, first.power.drawW])
    expect([later.utilization.gpuPct, after.utilization.gpuPct]).toEqual([100, 0])
  })
})

describe('a card that is not well', () => {
  it('is held back by its heat while it works, and counts the time', () => {
    const { at, idle } = box('throttled')
    expect([idle.hwThermalUs, idle.eventReasons & 0x48]).toEqual([0, 0])
    expect(at(4000)).toMatchObject({ temperatureC: 91, hwThermalUs: 2_700_000, clocks: { smMHz: 1410 } })
    expect(at(4000).eventReasons & 0x48).toBe(0x48)
    expect(at(9000).eventReasons & 0x48).toBe(0)
  })

  it('shows its memory errors once it worked', () => {
    const { at, idle } = box('ecc-errors')
    expect(idle).toMatchObject({ eccMode: 'Enabled', eccCorrected: 0, eccUncorrected: 0 })
    expect(at(4000)).toMatchObject({ eccCorrected: 12, eccUncorrected: 1 })
  })

  it('has another process on it, and its memory', () => {
    const { idle } = box('other-process')
    const { idle: alone } = box()
    expect(idle.processes).toHaveLength(2)
    expect(idle.memory.usedMiB - alone.memory.usedMiB).toBe(512)
  })

  it('draws no more than the limit that is enforced', () => {
    const { at, machine } = box('wrong-power-limit')
    expect(at(4000).power).toMatchObject({ limitW: 360, defaultLimitW: 450 })
    expect(at(4000).power.drawW).toBeLessThanOrEqual(360)
    expect(machine.smiState(4000).gpus[1]).toMatchObject({ power: { limitW: 450 } })
  })
})

describe('a power sensor that is wrong', () => {
  it('shows one reading that no card can have, once', () => {
    const { at } = box('absurd-power')
    const shown = [1400, 3400, 3500, 3600, 5000].map((ms) => at(ms).power.drawW > 1000)
    expect(shown).toEqual([false, true, false, false, false])
  })

  it.each([
    ['zero-watts', 0, 0],
    ['stuck-power', 270, 270],
  ] as const)('%s: the same idle and under load', (name, restW, loadW) => {
    const { at, idle } = box(name)
    expect([idle.power.drawW, at(4000).power.drawW]).toEqual([restW, loadW])
    expect([idle.power.instantW, at(4000).power.instantW]).toEqual([restW, loadW])
  })

  it('shows more than the enforced limit under load, and the true power while idle', () => {
    const { at, idle } = box('above-limit')
    expect(at(4000).power.drawW).toBeCloseTo(1.15 * 450, 6)
    expect(idle.power.drawW).toBeLessThan(100)
  })

  it('shows power.draw below power.draw.instant', () => {
    const { power } = box('instant-apart').at(4000)
    expect(power.drawW / power.instantW).toBeCloseTo(0.625, 6)
  })
})

describe('a card that is not the whole card, or stops working', () => {
  it('is a MIG slice without utilisation, a virtual GPU, or one that hides its memory, from the start', () => {
    expect(box('mig-slice').idle).toMatchObject({ migMode: 'Enabled', cells: { 'utilization.gpu': '[N/A]' } })
    expect(box('vgpu').idle).toMatchObject({ virtualization: 'VGPU' })
    expect(box('hidden-memory').idle.cells).toMatchObject({ 'memory.used': '[N/A]' })
    expect(box('hidden-memory').machine.smiState(900).gpus[1]?.cells).toBeUndefined()
  })

  it('requires a reset, or is lost, soon after the load began and for good', () => {
    const reset = box('requires-reset')
    expect(reset.idle.cells).toBeUndefined()
    expect(reset.at(1400).cells?.['pstate']).toBe('[GPU requires reset]')
    expect(reset.at(9000).cells?.['pstate']).toBe('[GPU requires reset]')
    expect(box('gpu-lost').at(1400).cells?.['uuid']).toBe('[GPU is lost]')
  })

  it('raises one Xid error', () => {
    const { machine } = box('xid')
    const lines = [900, 1400, 1600].map((ms) => machine.smiState(ms).lines)
    expect(lines).toEqual([[], [expect.stringContaining('Xid 79')], []])
  })
})
