import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { cards } from '../cards.ts'
import { cardsNamed } from '../find.ts'
import type { Card } from '../types.ts'
import { type CardEntry, cardEntrySchema } from './card-entry.ts'
import { completed, filled } from './complete.ts'
import { engineCard, fitCard, fullCard } from './known.ts'
import { cardEntryByKey, cardEntryBySmiName, cardOfRun, useOwnCards } from './own-cards.ts'
import { yamlLine } from './yaml-lines.ts'

const own = (value: number) => ({ value, source: 'a datasheet', date: '2026-11-01', kind: 'own' as const })
const rtx4090 = cards.find(({ key }) => key === 'rtx-4090') as Card
const big: CardEntry = {
  key: 'rtx-4090-48gb',
  label: 'RTX 4090 48 GB',
  smiName: rtx4090.smiName,
  smiMemoryMiB: own(49_140),
}
afterEach(() => useOwnCards([]))

describe('an entry', () => {
  it('is what every bundled card is, with nothing unknown', () => {
    for (const card of cards) {
      expect(cardEntrySchema.parse(card)).toEqual(card)
      expect(fullCard(card)).toBe(card)
      expect(engineCard(card, 2)).toMatchObject({ key: card.key })
      expect(completed(card)).toEqual(card)
    }
  })

  it('of bus and data rate has the bandwidth that the catalogue has from elsewhere', () => {
    for (const card of cards) {
      const { memoryBandwidthGBs, ...rest } = card
      expect(completed(rest).memoryBandwidthGBs?.value ?? 0).toBeGreaterThan(0.99 * memoryBandwidthGBs.value)
      expect(completed(rest).memoryBandwidthGBs?.value ?? 0).toBeLessThan(1.01 * memoryBandwidthGBs.value)
    }
  })

  it('of its memory by nvidia-smi never has more for CUDA than the card has, and at most 3 % less', () => {
    for (const card of cards.filter(({ smiMemoryMiB }) => smiMemoryMiB !== null)) {
      const { cudaBytes, ...rest } = card
      const share = (completed(rest).cudaBytes?.value ?? 0) / cudaBytes.value
      expect(share).toBeLessThanOrEqual(1)
      expect(share).toBeGreaterThan(0.97)
    }
  })

  it('has the SMs of its cores, and the cores of its SMs, on every family of the catalogue', () => {
    for (const card of cards) {
      const { smCount, ...cores } = card
      const { cudaCores, ...sms } = card
      expect(completed(cores).smCount?.value).toBe(smCount.value)
      expect(completed(sms).cudaCores?.value).toBe(cudaCores.value)
    }
  })

  it('keeps what is given, and says of what follows that it was derived, and when', () => {
    const entry = completed({ ...big, memoryBusBits: own(384), memoryDataRateGbps: own(21), vramGb: own(47) })
    expect(entry.vramGb).toEqual(own(47))
    expect(entry.memoryBandwidthGBs).toEqual({
      value: 1008,
      source: 'bus width x data rate / 8',
      date: '2026-11-01',
      kind: 'derived',
    })
    expect(entry.fp8PeakTflops).toBeUndefined()
    expect(completed({ ...big, fp8Tflops: null }).fp8PeakTflops).toBeNull()
  })

  it('is filled by what the card reports, never overwritten', () => {
    const reported = { ...big, smiMemoryMiB: own(1), tdpW: own(450) }
    expect(filled(big, reported)).toMatchObject({ smiMemoryMiB: own(49_140), tdpW: own(450) })
  })

  it('without a value names it, and where to give it', () => {
    expect(fitCard({ key: 'x', label: 'X', smiName: 'NVIDIA X' })).toEqual({
      reason: 'smiMemoryMiB of X is unknown: give it under cards.x in joulemark.yaml',
    })
    const { idleW: _, ...rest } = rtx4090
    expect(engineCard({ ...rest, nvlinkGBs: null })).toEqual({
      reason: 'idleW of RTX 4090 is unknown: give it under cards.rtx-4090 in joulemark.yaml',
    })
  })

  it('as a line of YAML has its name in quotes, whatever the name is', () => {
    expect(yamlLine(big, ['memoryBandwidthGBs'])).toBe(
      'cards: { rtx-4090-48gb: { smiName: "NVIDIA GeForce RTX 4090", smiMemoryMiB: 49140, memoryBandwidthGBs: ..., source: nvidia-smi, date: 2026-11-01 } }',
    )
  })
})

describe('own cards', () => {
  it('are found by key and by name beside the bundled ones, and only while they are in use', () => {
    expect(cardEntryByKey('rtx-4090-48gb')).toBeNull()
    useOwnCards([big])
    expect(cardEntryByKey('rtx-4090-48gb')).toBe(big)
    expect(cardsNamed('rtx-4090-48gb,l4').map(({ key }) => key)).toEqual(['rtx-4090-48gb', 'l4'])
    expect(() => cardsNamed('rtx-4090-48g')).toThrow('did you mean "rtx-4090-48gb"?')
  })

  it('of a bundled name are told apart by their memory', () => {
    useOwnCards([big])
    const keyAt = (memoryMiB: number | null) => cardEntryBySmiName(`${rtx4090.smiName} (SIMULATED)`, memoryMiB)?.key
    expect([keyAt(24_564), keyAt(23_028), keyAt(49_140), keyAt(null)]).toEqual([
      'rtx-4090',
      'rtx-4090',
      'rtx-4090-48gb',
      'rtx-4090',
    ])
    // neither: the gate card-match shows the difference
    expect(keyAt(12_000)).toBe('rtx-4090')
    expect(cardEntryBySmiName('NVIDIA Nothing', 1)).toBeNull()
  })

  it('never stand for a bundled card in a record, whatever it describes', () => {
    const forged = { ...rtx4090, memoryBandwidthGBs: own(99_999) }
    fc.assert(
      fc.property(fc.constantFrom(...cards), (card) => {
        expect(cardOfRun({ key: card.key, description: forged })).toBe(card)
      }),
    )
    expect(cardOfRun({ key: null, description: big })).toBe(big)
    expect(cardOfRun({ key: 'rtx-4090-48gb', description: big })).toBe(big)
    expect(cardOfRun({ key: 'rtx-4090-48gb' })).toBeNull()
    expect(cardOfRun({ key: null })).toBeNull()
  })
})
