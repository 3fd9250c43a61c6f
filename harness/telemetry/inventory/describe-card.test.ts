import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cardBySmiName, cards } from '../../catalogue/cards.ts'
import { useOwnCards } from '../../catalogue/own/own-cards.ts'
import type { Card } from '../../catalogue/types.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import { fixtureNames } from '../../testing/fake-nvidia-smi-cards.ts'
import type { CardAttributes } from '../nvml/attributes-library.ts'
import { describeCard } from './describe-card.ts'
import { describeFound } from './describe-found.ts'
import { inventoryFrom } from './inventory.ts'
import { parseSmiXml } from './smi-xml.ts'

const date = '2026-11-26'
const fixture = (name: string): Gpu => {
  const xml = readFileSync(new URL(`../../testing/fixtures/nvidia-smi/${name}.xml`, import.meta.url), 'utf8')
  return inventoryFrom(parseSmiXml(xml), new Map()).gpus[0] as Gpu
}
/** What NVML reports of a card of the catalogue. */
const attributesOf = (card: Card): CardAttributes => ({
  memoryBusBits: card.memoryBusBits.value,
  cudaCores: card.cudaCores.value,
  maxMemoryClockMHz: null,
  computeCapability: card.computeCapability,
})
const nothing: CardAttributes = {
  memoryBusBits: null,
  cudaCores: null,
  maxMemoryClockMHz: null,
  computeCapability: null,
}

describe('a card that describes itself', () => {
  it.each(fixtureNames)('as in %s is the card of the catalogue, within what drivers round', (name) => {
    const gpu = fixture(name)
    const card = cardBySmiName(gpu.name) as Card
    const entry = describeCard({ gpu, fingerprint: null, attributes: attributesOf(card), date })
    const share = (entry.memoryBandwidthGBs?.value ?? 0) / card.memoryBandwidthGBs.value
    expect(share).toBeGreaterThan(0.99)
    // the highest clock of this one is above the one that it is rated at
    expect(share).toBeLessThan(name === 'rtx-pro-6000-server-595' ? 1.13 : 1.01)
    expect(entry.smCount?.value).toBe(card.smCount.value)
    expect(entry.vramGb?.value).toBeGreaterThan(0.9 * card.vramGb.value)
    expect((entry.cudaBytes?.value ?? 0) / card.cudaBytes.value).toBeGreaterThan(0.93)
    expect((entry.cudaBytes?.value ?? 0) / card.cudaBytes.value).toBeLessThan(1.01)
    expect(card.memoryType.startsWith(entry.memoryType ?? 'none')).toBe(true)
    expect(entry.fp16Tflops).toBeUndefined()
  })

  it('leaves unknown what nothing reports: no bandwidth without a bus, no data rate without a kind of memory', () => {
    const gpu = { ...fixture('rtx-4090-idle-550'), name: 'NVIDIA GeForce RTX 4070 Ti SUPER' }
    expect(describeCard({ gpu, fingerprint: null, attributes: null, date })).toMatchObject({
      key: 'rtx-4070-ti-super',
      label: 'GeForce RTX 4070 Ti SUPER',
      smiMemoryMiB: { value: 24_564, source: 'nvidia-smi', date, kind: 'measured' },
    })
    const unfamiliar = describeCard({
      gpu,
      fingerprint: null,
      attributes: { ...nothing, computeCapability: '13.0' },
      date,
    })
    expect(unfamiliar.computeCapability).toBe('13.0')
    expect([unfamiliar.memoryDataRateGbps, unfamiliar.memoryType, unfamiliar.memoryBandwidthGBs]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it.each([
    ['NVIDIA GeForce RTX 4090', 'rtx-4090-24gb'],
    ['Tesla V100-SXM2-16GB', 'v100-sxm2-16gb'],
    ['<script>', 'script'],
    ['日本', 'my-card'],
    ['__proto__', 'proto'],
    [`NVIDIA ${'x'.repeat(200)}`, 'x'.repeat(50)],
  ])('called %s has the key %s, which is none of a bundled card', (name, key) => {
    const entry = describeCard({
      gpu: { ...fixture('rtx-4090-idle-550'), name },
      fingerprint: null,
      attributes: null,
      date,
    })
    expect(entry.key).toBe(key)
    expect(cards.some((card) => card.key === entry.key)).toBe(false)
  })
})

describe('a card that was found', () => {
  const now = new Date('2026-11-26T10:00:00Z')
  const attributes = async (uuids: readonly string[]) =>
    ({
      state: 'ok',
      cards: Object.fromEntries(uuids.map((uuid) => [uuid, { ...nothing, memoryBusBits: 256 }])),
    }) as const

  it('is the bundled one by its name and memory, and NVML is not asked', async () => {
    const ask = () => Promise.reject(new Error('asked'))
    const found = await describeFound(fixture('rtx-4090-idle-550'), { fingerprint: null, now, attributes: ask })
    expect(found).toMatchObject({ from: 'bundled', entry: { key: 'rtx-4090' } })
  })

  it('is described by nvidia-smi and NVML where no one knows it', async () => {
    const gpu = { ...fixture('rtx-4090-idle-550'), name: 'NVIDIA GeForce RTX 4070 Ti SUPER' }
    const found = await describeFound(gpu, { fingerprint: null, now, attributes })
    expect(found).toMatchObject({ from: 'reported', nvmlReason: null, entry: { memoryBusBits: { value: 256, date } } })
    const without = { state: 'no-library', reason: 'no libnvidia-ml.so.1' } as const
    expect(await describeFound(gpu, { fingerprint: null, now, attributes: async () => without })).toMatchObject({
      nvmlReason: 'no libnvidia-ml.so.1',
    })
  })

  it("is the user's own with what it reports for the rest", async () => {
    const gpu = { ...fixture('rtx-4090-idle-550'), name: 'NVIDIA GeForce RTX 4070 Ti SUPER' }
    const l2Mb = { value: 48, source: 'a datasheet', date, kind: 'own' as const }
    useOwnCards([{ key: 'mine', label: 'Mine', smiName: gpu.name, l2Mb }])
    try {
      const found = await describeFound(gpu, { fingerprint: null, now, attributes })
      expect(found).toMatchObject({ from: 'own', entry: { key: 'mine', l2Mb, memoryBusBits: { value: 256 } } })
    } finally {
      useOwnCards([])
    }
  })
})
