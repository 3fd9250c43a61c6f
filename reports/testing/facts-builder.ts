import type { Card, Sourced } from '../../harness/catalogue/types.ts'
import type { Facts } from '../facts.ts'

const sourced = <T>(value: T): Sourced<T> => ({ value, source: 'a test', date: '2026-11-01', kind: 'assumed' })

/** A card with the few figures that tables read; the rest is made up. */
function makeCard(over: { key: string; label: string; tdpW: number; vramGb: number }): Card {
  return {
    key: over.key,
    label: over.label,
    smiName: `NVIDIA ${over.label}`,
    architecture: 'Test',
    process: sourced('4N'),
    computeCapability: '8.9',
    smCount: sourced(128),
    cudaCores: sourced(16384),
    tensorCores: sourced(512),
    boostGhz: sourced(2.52),
    vramGb: sourced(over.vramGb),
    memoryType: 'GDDR',
    memorySharedWithCpu: 'no',
    memoryDataRateGbps: sourced(21),
    smiMemoryMiB: sourced(over.vramGb * 1024),
    cudaBytes: sourced(over.vramGb * 1024 ** 3),
    memoryBusBits: sourced(384),
    memoryBandwidthGBs: sourced(1008),
    l2Mb: sourced(72),
    fp16Tflops: sourced(165.2),
    fp8Tflops: sourced(330.3),
    int8Tops: sourced(660.6),
    fp4Tflops: null,
    fp8PeakTflops: sourced(660.6),
    tdpW: sourced(over.tdpW),
    minPowerLimitW: sourced(100),
    maxPowerLimitW: sourced(over.tdpW),
    idleW: sourced(20),
    pcie: sourced({ gen: 4, lanes: 16 }),
    nvlinkGBs: null,
    mig: false,
    ecc: sourced('toggle-off'),
    slots: sourced('2'),
  }
}

const cards = [
  makeCard({ key: 'rtx-4090', label: 'RTX 4090', tdpW: 450, vramGb: 24 }),
  makeCard({ key: 'rtx-pro-6000-max-q', label: 'RTX PRO 6000 Max-Q', tdpW: 300, vramGb: 96 }),
]
const pricesGbp: Readonly<Record<string, number>> = { 'rtx-4090': 1300, 'rtx-pro-6000-max-q': 8500 }

/** The article's two cards and its money; no limit and no fit unless a test brings them. */
export function makeFacts(over: Partial<Facts> = {}): Facts {
  return {
    card: (key) => cards.find((card) => card.key === key) ?? null,
    model: () => null,
    priceGbp: (key) => (pricesGbp[key] === undefined ? null : sourced(pricesGbp[key])),
    money: { years: 3, tariffGbpPerKwh: 0.18, utilisation: 1, pue: 1 },
    moneySource: 'A test says so.',
    limit: () => ({ reason: 'a test without physics' }),
    fit: () => ({ reason: 'a test without physics' }),
    ...over,
  }
}
