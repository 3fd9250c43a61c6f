import type { Card, Sourced } from '../../harness/catalogue/types.ts'
import { formatNumber } from '../render/format-cell.ts'
import { type ClaimCell, cellOf } from './claims.ts'
import type { AuditContext } from './context.ts'
import type { Finding, Status } from './finding.ts'

/** Relative difference up to which a claimed and a sourced value count as equal. */
const TOLERANCE = 0.02

type Fact = (card: Card) => Sourced<number> | null

/** A rate with 2:4 sparsity: twice the dense one, on every card that has it. */
const sparse =
  (dense: Fact): Fact =>
  (card) => {
    const fact = dense(card)
    return fact === null ? null : { ...fact, value: 2 * fact.value, source: `twice the dense rate (${fact.source})` }
  }

/** Rows of a spec sheet with a value in the catalogue, by their ids of `file/known-rows.ts`. */
const facts: Readonly<Partial<Record<string, Fact>>> = {
  sm_count: (card) => card.smCount,
  cuda_cores: (card) => card.cudaCores,
  tensor_cores: (card) => card.tensorCores,
  boost_clock: (card) => card.boostGhz,
  vram: (card) => card.vramGb,
  memory_bandwidth: bandwidthOf,
  memory_bus: (card) => card.memoryBusBits,
  l2_cache: (card) => card.l2Mb,
  fp16_dense: (card) => card.fp16Tflops,
  fp8_dense: (card) => card.fp8Tflops,
  fp4_dense: (card) => card.fp4Tflops,
  int8_dense: (card) => card.int8Tops,
  fp16_sparse: sparse((card) => card.fp16Tflops),
  fp8_sparse: sparse((card) => card.fp8Tflops),
  fp4_sparse: sparse((card) => card.fp4Tflops),
  int8_sparse: sparse((card) => card.int8Tops),
  tdp: (card) => card.tdpW,
}

/** The bandwidth; where it is only recalled but bus and data rate are not, the product of those two. */
function bandwidthOf(card: Card): Sourced {
  const { memoryBandwidthGBs: said, memoryBusBits: bus, memoryDataRateGbps: rate } = card
  if (!isWeak(said) || isWeak(rate) || isWeak(bus)) return said
  const source = `${bus.value} bit x ${rate.value} Gbps / 8 (${rate.source})`
  return { value: (bus.value * rate.value) / 8, source, date: rate.date, kind: 'derived' }
}

/** A value that is itself recalled or assumed cannot contradict a claim. */
const isWeak = (fact: Sourced<unknown>): boolean => fact.kind === 'recalled' || fact.kind === 'assumed'

/** Every card cell of the spec sheet against the catalogue and against its neighbours. */
export function auditSpec(context: AuditContext): Finding[] {
  const rows = context.claims.tables.spec?.rows ?? []
  return rows.flatMap((row) =>
    context.cardKeys.flatMap((key) => {
      const cell = cellOf(row, key)
      if (cell === null || cell.kind === 'not_applicable') return []
      const at = `spec.${row.id}.${key}`
      const claim = { key, rowId: row.id, cell, at }
      return [...specFindings(context, claim), ...bandwidthArithmetic(context, claim)]
    }),
  )
}

/** One value that somebody claims in one row of a spec sheet for the card with this key. */
export interface SpecClaim<Cell> {
  readonly key: string
  readonly rowId: string
  readonly cell: Cell
  /** Address of the cell in the claims file. */
  readonly at: string
}

/** One claimed value of one spec row; also for sentences that repeat it. */
export function specFindings(
  context: AuditContext,
  { key, rowId, cell, at }: SpecClaim<Pick<ClaimCell, 'kind' | 'value' | 'qualifier' | 'unit'>>,
): Finding[] {
  const cards = context.editions(key)
  if (cards.length === 0) return [{ cell: at, status: 'unverified', why: context.unknownCard(key) }]
  if (rowId === 'nvlink') return [nvlinkFinding(cards, cell, at)]
  if (rowId === 'ecc' && typeof cell.value === 'boolean') return [eccFinding(cards, cell.value, at)]
  if (rowId === 'process' && typeof cell.value === 'string') return [processFinding(cards, cell.value, at)]
  const fact = facts[rowId]
  if (fact === undefined) return [{ cell: at, status: 'unverified', why: 'no value in the catalogue' }]
  if (cell.kind === 'none') return [noneFinding(cards, fact, at)]
  if (typeof cell.value !== 'number') return []
  return [
    valueFinding(context, { key, rowId, cell: cell.value, at }),
    ...(cell.qualifier === 'sparse' && rowId.endsWith('_dense')
      ? [
          {
            cell: at,
            status: 'inconsistent' as const,
            why: `a sparse rate in a row of dense rates; ${denseOf(cards[0]!, rowId)}`,
          },
        ]
      : []),
  ]
}

function valueFinding(context: AuditContext, { key, rowId, cell: value, at }: SpecClaim<number>): Finding {
  const cards = context.editions(key)
  const fact = facts[rowId]!
  const known = cards.flatMap((card) => ratesOf(card, fact, rowId).map((sourced) => ({ card, sourced })))
  if (known.length === 0) return { cell: at, status: 'contradicts-datasheet', why: `${cards[0]!.label} has none` }
  const match = known.find(({ sourced }) => Math.abs(value / sourced.value - 1) <= TOLERANCE)
  if (match) {
    const edition = rowId === 'tdp' && context.pinnedBy(key) ? `; ${context.pinnedBy(key)}` : ''
    return { cell: at, status: 'consistent', why: `${said(match.sourced)}, ${match.sourced.source}${edition}` }
  }
  const nearest = known.toSorted((a, b) => Math.abs(a.sourced.value - value) - Math.abs(b.sourced.value - value))[0]!
  const error = value / nearest.sourced.value - 1
  const off = `${formatNumber(Math.abs(error) * 100, 0)} % ${error > 0 ? 'above' : 'below'}`
  // All editions are named: this shows a mixture of several cards.
  const editions = context.family(key).flatMap((card) => {
    const rates = [...new Set(ratesOf(card, fact, rowId).map(said))]
    return rates.length === 0 ? [] : [`${card.label} ${rates.join(' or ')}`]
  })
  const why = `${value} is ${off} the ${nearest.card.label}; the catalogue has ${editions.join(', ')}`
  return { cell: at, status: statusAgainst(nearest.sourced), why }
}

/** The rates of a row: for FP8 a card has one per accumulate mode. */
function ratesOf(card: Card, fact: Fact, rowId: string): Sourced[] {
  const peak =
    rowId === 'fp8_dense' ? card.fp8PeakTflops : rowId === 'fp8_sparse' ? sparse((at) => at.fp8PeakTflops)(card) : null
  return [fact(card), peak].filter((sourced): sourced is Sourced => sourced !== null)
}

const denseOf = (card: Card, rowId: string): string => {
  const rates = ratesOf(card, facts[rowId]!, rowId).map((sourced) => formatNumber(sourced.value, 1))
  return `${card.label} has ${rates.join(' or ')} dense, depending on the accumulate mode`
}

function noneFinding(cards: readonly Card[], fact: Fact, at: string): Finding {
  const owner = cards.find((card) => fact(card) !== null)
  if (owner === undefined) return { cell: at, status: 'consistent', why: 'the catalogue has none either' }
  return { cell: at, status: statusAgainst(fact(owner)!), why: `${owner.label} has ${said(fact(owner)!)}` }
}

function nvlinkFinding(cards: readonly Card[], cell: Pick<ClaimCell, 'kind' | 'value'>, at: string): Finding {
  const owner = cards.find((card) => card.nvlinkGBs !== null)
  const claimed = cell.kind !== 'none' && cell.value !== false
  if (claimed === (owner !== undefined)) {
    return { cell: at, status: 'consistent', why: owner ? `${owner.label} has NVLink` : 'no NVLink' }
  }
  const names = cards.map((card) => card.label).join(', ')
  return {
    cell: at,
    status: 'contradicts-datasheet',
    why: claimed ? `no NVLink on the ${names}` : `${names} has NVLink`,
  }
}

function eccFinding(cards: readonly Card[], claimed: boolean, at: string): Finding {
  const states = [...new Set(cards.map((card) => card.ecc.value))]
  const has = states.some((state) => state !== 'none')
  const why = `ECC is ${states.join(' or ')} (${cards[0]!.ecc.source})`
  return { cell: at, status: has === claimed ? 'consistent' : statusAgainst(cards[0]!.ecc), why }
}

function processFinding(cards: readonly Card[], claimed: string, at: string): Finding {
  const fact = cards[0]!.process
  // "TSMC 4N" and "TSMC 4N custom" are one process, "TSMC 4NP" is another.
  const same = fact.value
    .split(/[\s,(]+/)
    .join(' ')
    .startsWith(claimed)
  return {
    cell: at,
    status: same ? 'consistent' : statusAgainst(fact),
    why: `${cards[0]!.label}: ${fact.value}, ${fact.source} (${fact.kind})`,
  }
}

/** 384 bit x 21 Gbps / 8 = 1008 GB/s: a sheet that gives all three must agree with itself. */
function bandwidthArithmetic(context: AuditContext, { key, rowId, cell, at }: SpecClaim<ClaimCell>): Finding[] {
  if (rowId !== 'memory_bandwidth' || typeof cell.value !== 'number') return []
  const vram = context.row('spec', 'vram')
  const gbps = vram === null ? undefined : cellOf(vram, key)?.data_rate_gbps
  const bus = context.quantity('spec', 'memory_bus', key)
  if (gbps === undefined || bus === null) return []
  const implied = (bus.low * gbps) / 8
  if (Math.abs(cell.value / implied - 1) <= TOLERANCE) return []
  return [{ cell: at, status: 'inconsistent', why: `its own ${bus.low} bit x ${gbps} Gbps / 8 = ${implied} GB/s` }]
}

const statusAgainst = (fact: Sourced<unknown>): Status => (isWeak(fact) ? 'unverified' : 'contradicts-datasheet')

const said = (fact: Sourced): string => String(fact.value)
