import { describe, expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import type { StepWork } from '../engine/step-work.ts'
import { describeHardware } from '../hardware.ts'
import { simulatorDefaults } from '../options.ts'
import { answerSetting, type SettingRequest } from '../smi/setting.ts'
import { Machine } from './machine.ts'

const options = {
  ...simulatorDefaults,
  card: 'rtx-pro-6000-workstation',
  model: 'llama-3.1-8b-instruct-fp8',
  gpus: 2,
} as const
const decode: StepWork = { decodeCount: 32, decodeContextSum: 32 * 512, prefills: [], scheduled: [], tokenCount: 32 }
const prefill: StepWork = {
  ...decode,
  decodeCount: 0,
  decodeContextSum: 0,
  prefills: [{ newTokens: 8192, cachedTokens: 0, completes: true }],
}

/** A machine on which a step of some work is run after it was set. */
function machine() {
  const server = { processName: 'VLLM::EngineCore', usedMiB: 20_000 }
  const made = new Machine(options, cardByKey(options.card)!, server, 0)
  const hardware = describeHardware(options)
  let nowMs = 0
  return {
    machine: made,
    set: (request: SettingRequest, rights: Parameters<typeof answerSetting>[2] = 'allowed') =>
      answerSetting(request, made.smiState(nowMs).gpus, rights, (index, change) => made.set(index, change)),
    gpu: (index = 0) => made.smiState(nowMs).gpus[index]!,
    /** Runs this work for two seconds; ms per step. */
    work: (work: StepWork) => {
      const cost = hardware.costOf(work, made.conditions())
      made.work(nowMs, nowMs + 2000, cost)
      nowMs += 2000
      return cost.timeMs
    },
  }
}
const limit = (watts: number, ids: string[] | null = null): SettingRequest => ({
  ids,
  change: { kind: 'limit', watts },
})
const lock = (mhz: number): SettingRequest => ({ ids: null, change: { kind: 'lock', minMHz: mhz, maxMHz: mhz } })
const unlock: SettingRequest = { ids: null, change: { kind: 'unlock' } }

describe('a limit that is set', () => {
  test('is shown, holds the power, and costs the speed that the physics says; the default gives it back', () => {
    const { set, gpu, work } = machine()
    const freeMs = work(prefill)
    expect(gpu().power.drawW).toBeGreaterThan(560)
    expect(set(limit(300))).toEqual({
      code: 0,
      text: `Power limit for GPU ${gpu(0).pci.busId} was set to 300.00 W from 600.00 W.\nPower limit for GPU ${gpu(1).pci.busId} was set to 300.00 W from 600.00 W.\nAll done.\n`,
    })
    expect(gpu().power).toMatchObject({ limitW: 300, defaultLimitW: 600 })
    const limitedMs = work(prefill)
    expect(gpu().power.drawW).toBe(300)
    expect(gpu().clocks.smMHz).toBeLessThan(0.9 * gpu().clocks.maxSmMHz)
    // 1.58 of the energy efficiency at most, so that half of the power leaves more than half of the speed
    expect(limitedMs / freeMs).toBeGreaterThan(1.1)
    expect(limitedMs / freeMs).toBeLessThan(2)
    set(limit(600))
    expect(work(prefill)).toBe(freeMs)
  })

  test('holds the card that is named only', () => {
    const { set, gpu } = machine()
    expect(set(limit(300, [gpu(1).uuid])).code).toBe(0)
    expect([gpu(0).power.limitW, gpu(1).power.limitW]).toEqual([600, 300])
    expect(set(limit(300, ['GPU-none']))).toEqual({ text: 'No devices were found\n', code: 6 })
  })

  test('above the default is taken where the board takes it', () => {
    const maxQ = { ...options, card: 'rtx-pro-6000-max-q' }
    const made = new Machine(maxQ, cardByKey(maxQ.card)!, null, 0)
    const hardware = describeHardware(maxQ)
    const before = hardware.costOf(prefill, made.conditions()).timeMs
    made.set(0, { kind: 'limit', watts: 325 })
    expect(hardware.costOf(prefill, made.conditions()).timeMs).toBeLessThan(before)
  })
})

describe('a clock that is locked', () => {
  test('makes prefill slower in proportion, and decode that waits for memory hardly, at far less power', () => {
    const { set, gpu, work } = machine()
    const [prefillMs, decodeMs] = [work(prefill), work(decode)]
    const decodeW = gpu().power.drawW
    const half = Math.round(gpu().clocks.smMHz / 2)
    expect(set(lock(half)).text).toContain(`GPU clocks set to "(gpuClkMin ${half}, gpuClkMax ${half})" for GPU`)
    expect(work(prefill) / prefillMs).toBeGreaterThan(1.8)
    expect(work(decode) / decodeMs).toBeLessThan(1.15)
    expect(gpu().clocks.smMHz).toBe(half)
    expect(gpu().power.drawW).toBeLessThan(0.5 * decodeW)
    expect(set(unlock)).toEqual({ text: 'All done.\n', code: 0 })
    expect(work(decode)).toBe(decodeMs)
  })

  test('above what the card reaches changes nothing', () => {
    const { set, work } = machine()
    const freeMs = work(prefill)
    set(lock(3090))
    expect(work(prefill)).toBe(freeMs)
  })
})

describe('what nvidia-smi refuses', () => {
  test('a limit outside the range, and nothing is set', () => {
    const { set, gpu } = machine()
    expect(set(limit(100))).toEqual({
      code: 2,
      text: `Provided power limit 100.00 W is not a valid power limit which should be between 150.00 W and 600.00 W for GPU ${gpu().pci.busId}\nTerminating early due to previous errors.\n`,
    })
    expect(gpu().power.limitW).toBe(600)
  })

  test('everything, without rights', () => {
    const { set, gpu } = machine()
    expect(set(limit(300), 'forbidden')).toEqual({
      code: 4,
      text: `Failed to set power management limit for GPU ${gpu().pci.busId}: Insufficient Permissions\nTerminating early due to previous errors.\n`,
    })
    expect(set(lock(1500), 'forbidden').text).toContain('The current user does not have permission to change clocks')
    expect(gpu().power.limitW).toBe(600)
  })

  test('on cards that do not support it, as a warning with return code 0', () => {
    const { set, gpu } = machine()
    const { text, code } = set(limit(300), 'unsupported')
    expect(code).toBe(0)
    expect(text).toContain('Changing power management limit is not supported for GPU: ')
    expect(text).toMatch(/Treating as warning and moving on\.\nAll done\.\n$/)
    expect(gpu().power.limitW).toBe(600)
  })
})
