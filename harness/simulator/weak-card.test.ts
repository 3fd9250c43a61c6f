import { expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { Machine } from './card/machine.ts'
import { describeHardware } from './hardware.ts'
import { simulatorDefaults } from './options.ts'

const box = { ...simulatorDefaults, card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' }
const decode = { decodeCount: 1, decodeContextSum: 500, prefills: [], scheduled: [], tokenCount: 1 }

test('a driver that costs 5 % of bandwidth makes a decode step that waits for memory 5 % longer, but for its overhead', () => {
  const well = describeHardware(box).costOf(decode).timeMs
  const slow = describeHardware({ ...box, bandwidthShare: 0.95 }).costOf(decode).timeMs
  expect(slow / well).toBeGreaterThan(1.045)
  expect(slow / well).toBeLessThan(1 / 0.95)
})

test('a card at 80 % of its clock computes a prompt as much longer, and decodes one stream as before', () => {
  const prompt = {
    ...decode,
    decodeCount: 0,
    decodeContextSum: 0,
    prefills: [{ newTokens: 8192, cachedTokens: 0, completes: true }],
  }
  const [well, weak] = [describeHardware(box), describeHardware({ ...box, clockShare: 0.8 })]
  const ratio = (load: Parameters<typeof well.costOf>[0]) => weak.costOf(load).timeMs / well.costOf(load).timeMs
  expect(ratio(prompt)).toBeGreaterThan(1.2)
  expect(ratio(prompt)).toBeLessThan(1 / 0.8 + 0.001)
  expect(ratio(decode)).toBe(1)
})

test('nvidia-smi shows that clock under load', () => {
  const smMHz = (clockShare: number) => {
    const card = cardByKey('rtx-4090')!
    const process = { processName: 'VLLM::EngineCore', usedMiB: 20_000 }
    return new Machine({ ...box, clockShare }, card, process, 0).smiState(1000).gpus[0]!.clocks.smMHz
  }
  expect(smMHz(0.8)).toBe(Math.round(0.8 * smMHz(1)))
})
