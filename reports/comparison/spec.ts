import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import type { Sourced } from '../../harness/catalogue/types.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'

interface SpecRow {
  readonly id: string
  readonly label: string
  readonly cell: (card: CardEntry) => Cell
  /** The value for deltas; null where the card has none, undefined where it is unknown. */
  readonly figure: (card: CardEntry) => number | null | undefined
  /** The text for deltas, of rows without a figure. */
  readonly words?: (card: CardEntry) => string | undefined
  /** The difference in words, where a percentage would hide what matters; null leaves it to the percentage. */
  readonly delta?: (first: CardEntry, other: CardEntry) => string | null
}

/** The article's "Spec sheet side by side" from the catalogue, with the difference of each further card to the first. */
export function specTable(cards: readonly CardEntry[]): Table {
  const [first, ...others] = cards
  const specs: Column<SpecRow>[] = cards.map((card) => ({
    id: card.key,
    head: card.label,
    align: 'right',
    cell: (row) => row.cell(card),
  }))
  const deltas: Column<SpecRow>[] = others.map((card) => ({
    id: others.length === 1 ? 'delta' : `delta-${card.key}`,
    head: others.length === 1 ? 'Delta' : `Delta ${card.label}`,
    align: 'right',
    cell: (row) => deltaCell(row, first!, card),
  }))
  return buildTable({
    id: 'spec',
    title: 'Spec sheet side by side',
    columns: [
      { id: 'spec', head: 'Spec', align: 'left', cell: (row: SpecRow) => text(row.label) },
      ...specs,
      ...deltas,
    ],
    rows,
    rowId: (row) => row.id,
    notes: ['Rates are dense; FP16 and FP8 use FP32 accumulation. ~ marks derived and assumed values.'],
    sources: sourcesOf(cards),
  })
}

type Fact<T> = (card: CardEntry) => Sourced<T> | null | undefined

function figure(
  id: string,
  label: string,
  { unit, digits }: { readonly unit: string; readonly digits: number },
  fact: Fact<number>,
): SpecRow {
  return {
    id,
    label,
    figure: (card) => {
      const known = fact(card)
      return known === undefined ? undefined : (known?.value ?? null)
    },
    cell: (card) => {
      const known = fact(card)
      if (known === undefined) return missing(unknownIn(card))
      if (known === null) return text('none')
      const approx = known.kind === 'recalled' || known.kind === 'derived' || known.kind === 'assumed'
      return { kind: 'number', value: known.value, unit, digits, ...(approx ? { approx } : {}) }
    },
  }
}

/** One reason per card: a card that describes itself has many such values. */
const unknownIn = ({ key, label }: CardEntry): string =>
  `unknown for ${label}: what you know goes under cards.${key} in joulemark.yaml`

const word = (
  id: string,
  label: string,
  of: (card: CardEntry) => string | undefined,
  delta?: SpecRow['delta'],
): SpecRow => ({
  id,
  label,
  figure: () => null,
  words: of,
  ...(delta ? { delta } : {}),
  cell: (card) => {
    const known = of(card)
    return known === undefined ? missing(unknownIn(card)) : text(known)
  },
})

export const eccWords = {
  none: 'no',
  'toggle-off': 'can be switched on',
  'toggle-on': 'on, can be switched off',
  always: 'always',
} as const

const cpuWords = {
  no: 'no',
  'second-pool': 'no; it reaches the memory of the CPU as a second pool',
  'one-pool': 'yes: one pool for both',
} as const

/** Generation and formats of the tensor cores follow from the architecture and from the rates that the card has. */
const tensorGenerations: Readonly<Record<string, string>> = {
  Turing: '2nd',
  Ampere: '3rd',
  Ada: '4th',
  Hopper: '4th',
  Blackwell: '5th',
}

function tensorText({ architecture, fp8Tflops, fp4Tflops }: CardEntry): string | undefined {
  const family = Object.keys(tensorGenerations).find((name) => architecture?.includes(name))
  if (family === undefined || fp8Tflops === undefined || fp4Tflops === undefined) return undefined
  const formats = [fp8Tflops === null ? null : 'FP8', fp4Tflops === null ? null : 'FP4'].filter((name) => name !== null)
  return [`${tensorGenerations[family]} generation`, ...formats].join(', ')
}

function tensorDelta(first: CardEntry, other: CardEntry): string | null {
  const [a, b] = [first, other].map((card) => Number.parseInt(tensorText(card) ?? '', 10))
  if (a === undefined || b === undefined || Number.isNaN(a) || Number.isNaN(b) || a === b) return null
  return b > a ? 'newer' : 'older'
}

const generationOf = (memory: string | undefined): number => Number(/DDR(\d)/.exec(memory ?? '')?.[1] ?? Number.NaN)

function memoryTypeDelta(first: CardEntry, other: CardEntry): string | null {
  const [a, b] = [generationOf(first.memoryType), generationOf(other.memoryType)]
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return null
  return b > a ? 'newer' : 'older'
}

function pcieDelta(first: CardEntry, other: CardEntry): string | null {
  const [a, b] = [first.pcie?.value.gen, other.pcie?.value.gen]
  if (a === undefined || b === undefined || a === b) return null
  return b > a ? 'newer' : 'older'
}

const slotsOf = (card: CardEntry): number => {
  const text = card.slots?.value ?? ''
  return /dual|2-slot/i.test(text) ? 2 : Number(/(\d(?:\.\d)?)-slot/.exec(text)?.[1] ?? Number.NaN)
}

function slotsDelta(first: CardEntry, other: CardEntry): string | null {
  const [a, b] = [slotsOf(first), slotsOf(other)]
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return null
  return b < a ? 'fewer slots' : 'more slots'
}

const capacityDelta = (first: CardEntry, other: CardEntry): string | null => {
  const ratio = (other.vramGb?.value ?? 0) / (first.vramGb?.value ?? Number.NaN)
  return ratio >= 2 ? `${Number(ratio.toFixed(1))}x capacity` : null
}

const rows: readonly SpecRow[] = [
  word(
    'process',
    'Process',
    (card) => card.process?.value,
    () => 'other process',
  ),
  figure('sm-count', 'SM count', { unit: '', digits: 0 }, (card) => card.smCount),
  figure('cuda-cores', 'CUDA cores', { unit: '', digits: 0 }, (card) => card.cudaCores),
  figure('tensor-cores', 'Tensor cores', { unit: '', digits: 0 }, (card) => card.tensorCores),
  word('tensor-generation', 'Tensor core generation', tensorText, tensorDelta),
  figure('boost-clock', 'Boost clock', { unit: 'GHz', digits: 2 }, (card) => card.boostGhz),
  { ...figure('vram', 'VRAM', { unit: 'GB', digits: 0 }, (card) => card.vramGb), delta: capacityDelta },
  word('memory-type', 'Memory type', (card) => card.memoryType, memoryTypeDelta),
  figure('memory-rate', 'Memory data rate', { unit: 'Gbps', digits: 0 }, (card) => card.memoryDataRateGbps),
  word(
    'shared-memory',
    'Shares memory with the CPU',
    (card) => card.memorySharedWithCpu && cpuWords[card.memorySharedWithCpu],
  ),
  figure('memory-bandwidth', 'Memory bandwidth', { unit: 'GB/s', digits: 0 }, (card) => card.memoryBandwidthGBs),
  figure('memory-bus', 'Memory bus', { unit: 'bit', digits: 0 }, (card) => card.memoryBusBits),
  figure('l2-cache', 'L2 cache', { unit: 'MB', digits: 0 }, (card) => card.l2Mb),
  figure('fp16-dense', 'FP16 dense TFLOPS', { unit: '', digits: 0 }, (card) => card.fp16Tflops),
  figure('fp8-dense', 'FP8 dense TFLOPS', { unit: '', digits: 0 }, (card) => card.fp8Tflops),
  figure('int8-dense', 'INT8 dense TOPS', { unit: '', digits: 0 }, (card) => card.int8Tops),
  figure('fp4-dense', 'FP4 dense TFLOPS', { unit: '', digits: 0 }, (card) => card.fp4Tflops),
  word('ecc', 'ECC memory', (card) => card.ecc && eccWords[card.ecc.value]),
  figure('nvlink', 'NVLink', { unit: 'GB/s', digits: 0 }, (card) => card.nvlinkGBs),
  figure('tdp', 'TDP', { unit: 'W', digits: 0 }, (card) => card.tdpW),
  figure('max-power-limit', 'Highest power limit', { unit: 'W', digits: 0 }, (card) => card.maxPowerLimitW),
  word('pcie', 'PCIe', (card) => card.pcie && `Gen ${card.pcie.value.gen} x${card.pcie.value.lanes}`, pcieDelta),
  word('mig', 'MIG', (card) => (card.mig === undefined ? undefined : card.mig ? 'yes' : 'no')),
  word('form-factor', 'Form factor', (card) => card.slots?.value, slotsDelta),
]

function deltaCell({ figure: of, words, delta }: SpecRow, first: CardEntry, other: CardEntry): Cell {
  if (words !== undefined) {
    const [a, b] = [words(first), words(other)]
    if (a === undefined || b === undefined) return text('')
    return text(a === b ? 'same' : (delta?.(first, other) ?? 'different'))
  }
  const inWords = delta?.(first, other) ?? null
  if (inWords !== null) return text(inWords)
  const [from, to] = [of(first), of(other)]
  if (from === undefined || to === undefined) return text('')
  if (from === null && to === null) return text('neither')
  if (from === null) return text('new')
  if (to === null) return text('removed')
  if (from === to) return text('same')
  if (from === 0) return missing('no ratio to zero')
  const percent = (to / from - 1) * 100
  return text(`${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(0)} %`)
}

/** The sources of each card, each once. */
function sourcesOf(cards: readonly CardEntry[]): string[] {
  return cards.map((card) => {
    const sources = new Set(
      Object.values(card).flatMap((value) =>
        typeof value === 'object' && value !== null ? [`${value.source} (${value.date})`] : [],
      ),
    )
    return `Specification of ${card.label}: ${[...sources].join('; ')}.`
  })
}
