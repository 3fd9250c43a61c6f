import { expect, test } from 'vitest'
import { cardByKey } from '../../catalogue/cards.ts'
import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import type { ServingCards } from '../card/machine.ts'
import { describeHardware } from '../hardware.ts'
import { simulatorDefaults } from '../options.ts'
import type { BoxCard } from './box-card.ts'
import { BoxCards } from './box-cards.ts'
import { type BoxFaultName, readBoxFaults } from './faults.ts'

const card = cardByKey('rtx-4090')!
const options = { ...simulatorDefaults, card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' }
const hardware = describeHardware(options)
/** A step of 32 streams: about 310 W. */
const decode = { decodeCount: 32, decodeContextSum: 32 * 512, prefills: [], scheduled: [], tokenCount: 32 }

interface Play {
  readonly faults?: Readonly<Record<number, readonly BoxFaultName[]>>
  readonly powerBudgetW?: number
  /** The cards that work. */
  readonly working: readonly number[]
  readonly seconds: number
}

/** Plays steps of all working cards side by side, from 0 on; `steps` is how many each of them did. */
function play({ faults = {}, powerBudgetW, working, seconds }: Play) {
  const box = new BoxCards({
    card,
    gpus: 4,
    seed: 1,
    nowMs: 0,
    deadAfterMs: 3000,
    fadePerS: 0.01,
    faults: new Map(Object.entries(faults).map(([index, names]) => [Number(index), names])),
    powerBudgetW: powerBudgetW ?? null,
  })
  const process = { processName: 'VLLM::EngineCore', usedMiB: 20_000 }
  const servers = working.map((index) => {
    const mine: BoxCard = box.cards[index]!
    const { bandwidthShare } = mine
    const costOf = describeHardware({ ...options, bandwidthShare }).costOf
    const cards: ServingCards = box.placing([mine], 100 + index).place(options, card, process, 0)
    return { index, cards, costOf, atMs: 0, steps: 0 }
  })
  const untilMs = seconds * 1000
  for (;;) {
    const next = servers.reduce((a, b) => (a.atMs <= b.atMs ? a : b))
    if (next.atMs >= untilMs) break
    const cost = next.costOf(decode, next.cards.conditions(next.atMs))
    next.cards.work(next.atMs, next.atMs + cost.timeMs, cost)
    next.atMs += cost.timeMs
    next.steps += 1
  }
  const steps = new Map(servers.map((server) => [server.index, server.steps]))
  return { box, steps, smi: box.smiState(untilMs), servers }
}

test('healthy cards side by side are as fast as alone, and nvidia-smi shows all of them at once', () => {
  const alone = play({ working: [0], seconds: 5 })
  const together = play({ working: [0, 1, 2, 3], seconds: 5 })
  expect([...together.steps.values()]).toEqual([0, 1, 2, 3].map(() => alone.steps.get(0)))
  expect(alone.smi.gpus.map(({ utilization }) => utilization.gpuPct)).toEqual([100, 0, 0, 0])
  expect(together.smi.gpus.map(({ utilization }) => utilization.gpuPct)).toEqual([100, 100, 100, 100])
  expect(new Set(together.smi.gpus.map(({ uuid }) => uuid)).size).toBe(4)
  expect(together.smi.gpus.every(({ name, eventReasons }) => name.endsWith('(SIMULATED)') && eventReasons === 0)).toBe(
    true,
  )
})

test('a power supply that one card does not exceed and four do: slow together, with the power brake named', () => {
  const powerBudgetW = 700
  const alone = play({ working: [0], seconds: 5, powerBudgetW })
  const together = play({ working: [0, 1, 2, 3], seconds: 5, powerBudgetW })
  expect(alone.smi.gpus[0]!.eventReasons).toBe(0)
  expect(alone.steps.get(0)).toBe(play({ working: [0], seconds: 5 }).steps.get(0))
  const kept = together.steps.get(0)! / alone.steps.get(0)!
  expect(kept).toBeLessThan(0.85)
  expect(kept).toBeGreaterThan(0.5)
  for (const gpu of together.smi.gpus) {
    expect(gpu.eventReasons & eventReasonBits.hwPowerBrakeSlowdown).not.toBe(0)
    expect(gpu.hwPowerBrakeUs).toBeGreaterThan(4e6)
    expect(gpu.clocks.smMHz).toBeLessThan(alone.smi.gpus[0]!.clocks.smMHz)
  }
  const drawnW = together.smi.gpus.reduce((sum, gpu) => sum + gpu.power.drawW, 0)
  expect(drawnW).toBeLessThanOrEqual(powerBudgetW + 1)
  expect(drawnW).toBeGreaterThan(0.97 * powerBudgetW)
})

test('a weak card is slower by about its bandwidth, and the others are not', () => {
  const { steps } = play({ working: [0, 1], seconds: 5, faults: { 0: ['weak'] } })
  expect(steps.get(0)! / steps.get(1)!).toBeGreaterThan(0.89)
  expect(steps.get(0)! / steps.get(1)!).toBeLessThan(0.93)
})

test('a hot card slows itself down, at the temperature of its slowdown, and is well again when it rests', () => {
  const { steps, smi, box } = play({ working: [0, 1], seconds: 15, faults: { 0: ['hot'] } })
  const [hot, cool] = smi.gpus
  expect(hot!.temperatureC).toBeGreaterThanOrEqual(88)
  expect(hot!.temperatureC).toBeLessThanOrEqual(92)
  expect(cool!.temperatureC).toBeLessThan(70)
  expect(hot!.eventReasons & eventReasonBits.hwThermalSlowdown).not.toBe(0)
  expect(hot!.hwThermalUs).toBeGreaterThan(5e6)
  expect(steps.get(0)!).toBeLessThan(0.97 * steps.get(1)!)
  const rested = box.smiState(30_000).gpus[0]!
  expect(rested.temperatureC).toBeLessThan(60)
  expect(rested.eventReasons).toBe(eventReasonBits.gpuIdle)
})

test('a narrow link, errors and replays show under load, on their cards only', () => {
  const faults = { 1: ['narrow-link'], 2: ['ecc-errors'], 3: ['pcie-replays'] } as const
  const { smi } = play({ working: [0, 1, 2, 3], seconds: 4, faults })
  expect(smi.gpus.map(({ pci }) => pci.width)).toEqual([16, 8, 16, 16])
  expect(smi.gpus.map(({ eccCorrected }) => eccCorrected > 0)).toEqual([false, false, true, false])
  expect(smi.gpus.every(({ eccMode }) => eccMode === 'Enabled')).toBe(true)
  expect(smi.gpus.map(({ pcieReplays = 0 }) => pcieReplays > 0)).toEqual([false, false, false, true])
})

test('a dead card is lost after its load, with an Xid; a fading one becomes slower', () => {
  const { smi, box, servers } = play({ working: [0, 1], seconds: 4, faults: { 0: ['dead'], 1: ['fading'] } })
  expect(smi.gpus[0]!.cells?.['uuid']).toBe('[GPU is lost]')
  expect(box.cards[0]!.diedAtMs(4000)).not.toBeNull()
  expect(smi.lines).toEqual([expect.stringContaining('Xid 79')])
  expect(servers[1]!.cards.conditions(4000).speedShare).toBeCloseTo(0.96, 2)
})

test('energy is that of the load and of the idle time, before and after a server', () => {
  const { box } = play({ working: [0], seconds: 2 })
  const [, idle] = box.cards.map((each) => each.trueEnergyJ(0, 2000))
  expect(idle).toBeCloseTo(2 * 22, 6)
  const at = 10_000
  box.placing([box.cards[1]!], 7).place(options, card, { processName: 'x', usedMiB: 1 }, at)
  expect(box.cards[1]!.trueEnergyJ(at, at + 1000)).toBeCloseTo(50.8, 6)
  expect(hardware.card.key).toBe('rtx-4090')
})

test('faults of cards by index; an unknown one names the nearest', () => {
  expect(readBoxFaults('0=weak, 2=hot,2=dead', 4)).toEqual(
    new Map([
      [0, ['weak']],
      [2, ['hot', 'dead']],
    ]),
  )
  expect(() => readBoxFaults('0=week', 4)).toThrow('--box-fault "0=week": no such fault; did you mean "weak"')
  expect(() => readBoxFaults('weak', 4)).toThrow('expected CARD=FAULT')
  expect(() => readBoxFaults('4=weak', 4)).toThrow('the cards are 0 to 3')
})

test('a limit that is set holds its card only, below what a fault leaves it', () => {
  const { box } = play({ working: [0, 1], seconds: 1 })
  box.set(1, { kind: 'limit', watts: 300 })
  box.set(1, { kind: 'lock', minMHz: 900, maxMHz: 900 })
  const [free, held] = box.smiState(1000).gpus
  expect([free!.power.limitW, held!.power.limitW]).toEqual([free!.power.defaultLimitW, 300])
  expect(held!.clocks.smMHz).toBeLessThanOrEqual(900)
  expect(free!.clocks.smMHz).toBeGreaterThan(900)
})
