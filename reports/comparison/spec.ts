import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import type { Sourced } from '../../harness/catalogue/types.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'

interface SpecRow {
  readonly id: string
  readonly label: string
  readonly cell: (card: CardEntry) => Cell
  /** The value for deltas; null where the card has none, undefined where it is unknown. */
  readonly figure: (card: CardEntry) => number | null | undefined
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
    cell: (row) => deltaCell(row.figure(first!), row.figure(card)),
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
    notes: [
      'Rates are dense; FP16 and FP8 use FP32 accumulation. ~ marks derived and assumed values.',
      ...sourceNotes(cards),
    ],
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

const word = (id: string, label: string, of: (card: CardEntry) => string | undefined): SpecRow => ({
  id,
  label,
  figure: () => null,
  cell: (card) => {
    const known = of(card)
    return known === undefined ? missing(unknownIn(card)) : text(known)
  },
})

const eccWords = {
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

const rows: readonly SpecRow[] = [
  word('process', 'Process', (card) => card.process?.value),
  figure('sm-count', 'SM count', { unit: '', digits: 0 }, (card) => card.smCount),
  figure('cuda-cores', 'CUDA cores', { unit: '', digits: 0 }, (card) => card.cudaCores),
  figure('tensor-cores', 'Tensor cores', { unit: '', digits: 0 }, (card) => card.tensorCores),
  figure('boost-clock', 'Boost clock', { unit: 'GHz', digits: 2 }, (card) => card.boostGhz),
  figure('vram', 'VRAM', { unit: 'GB', digits: 0 }, (card) => card.vramGb),
  word('memory-type', 'Memory type', (card) => card.memoryType),
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
  word('pcie', 'PCIe', (card) => card.pcie && `${card.pcie.value.gen} x${card.pcie.value.lanes}`),
  word('mig', 'MIG', (card) => (card.mig === undefined ? undefined : card.mig ? 'yes' : 'no')),
  word('form-factor', 'Form factor', (card) => card.slots?.value),
]

function deltaCell(from: number | null | undefined, to: number | null | undefined): Cell {
  if (from === undefined || to === undefined) return text('')
  if (from === null && to === null) return text('')
  if (from === null) return text('new')
  if (to === null) return text('removed')
  if (from === 0) return missing('no ratio to zero')
  const percent = (to / from - 1) * 100
  return text(`${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(0)} %`)
}

/** The sources of each card, each once. */
function sourceNotes(cards: readonly CardEntry[]): string[] {
  return cards.map((card) => {
    const sources = new Set(
      Object.values(card).flatMap((value) =>
        typeof value === 'object' && value !== null ? [`${value.source} (${value.date})`] : [],
      ),
    )
    return `${card.label}: ${[...sources].join('; ')}.`
  })
}
