import type { Card } from '../../harness/catalogue/types.ts'
import {
  DEFAULT_GPU_MEMORY_UTILIZATION,
  OLDER_GPU_MEMORY_UTILIZATION,
} from '../../harness/physics/gpu-memory-utilization.ts'
import { formatNumber } from '../render/format-cell.ts'
import { specFindings } from './audit-spec.ts'
import { cellOf } from './claims.ts'
import type { AuditContext } from './context.ts'
import { dimensionsOf } from './file/known-rows.ts'
import { conversionOf, inBase } from './file/units.ts'
import type { Finding } from './finding.ts'
import { verdictsOf } from './finding.ts'
import type { Assert } from './schema.ts'

type Judgement = Omit<Finding, 'cell'>
type HardwareAssert = Extract<
  Assert,
  { kind: 'spec' | 'nvlink-pool' | 'nvlink-bandwidth' | 'pcie-bandwidth' | 'ecc-bandwidth' | 'usable-memory' }
>

/** Sentences about the hardware of a card, against the catalogue. */
export function judgeHardware(context: AuditContext, claim: HardwareAssert, at: string): Judgement {
  const cards = context.editions(claim.card)
  const card = cards[0]
  if (card === undefined) return { status: 'unverified', why: context.unknownCard(claim.card) }
  switch (claim.kind) {
    case 'spec':
      return sheetJudgement(context, claim, at)
    case 'nvlink-pool':
    case 'nvlink-bandwidth':
      return nvlinkJudgement(cards, claim)
    case 'pcie-bandwidth':
      return pcieJudgement(card, claim.gbPerS)
    case 'ecc-bandwidth': {
      const full = card.memoryBandwidthGBs.value
      const [low, high] = [full * (1 - claim.maxLoss), full * (1 - claim.minLoss)]
      const holds = claim.withEccGBs >= low && claim.withEccGBs <= high
      const loss = formatNumber((1 - claim.withEccGBs / full) * 100, 0)
      const span = `${formatNumber(low, 0)} to ${formatNumber(high, 0)} GB/s`
      const why = `${full} GB/s minus this loss is ${span}; ${claim.withEccGBs} would be ${loss} % less`
      return { status: holds ? 'consistent' : 'inconsistent', why }
    }
    case 'usable-memory': {
      // vLLM's defaults, before and since v0.21, of what CUDA gives
      const [less, more] = [OLDER_GPU_MEMORY_UTILIZATION, DEFAULT_GPU_MEMORY_UTILIZATION]
      const [low, high] = [less, more].map((share) => (share * card.cudaBytes.value) / 1e9) as [number, number]
      const holds = low <= claim.maxGb && high >= claim.minGb
      const why = `${less.toFixed(2)} to ${more.toFixed(2)} of CUDA's total is ${formatNumber(low, 1)} to ${formatNumber(high, 1)} GB`
      return { status: holds ? 'consistent' : 'contradicts-datasheet', why }
    }
    default:
      return claim satisfies never
  }
}

/** A sentence that repeats a row of the sheet gets the row's own worst finding. */
function sheetJudgement(context: AuditContext, claim: Extract<Assert, { kind: 'spec' }>, at: string): Judgement {
  const kind = typeof claim.value === 'boolean' ? 'boolean' : 'quantity'
  const row = context.row('spec', claim.row)
  const unit = row === null ? undefined : cellOf(row, claim.card)?.unit
  const dimensions = dimensionsOf('spec', claim.row) ?? []
  const conversion = claim.unit === undefined ? null : conversionOf(claim.unit, dimensions)
  const value = conversion !== null && typeof claim.value === 'number' ? inBase(claim.value, conversion) : claim.value
  const cell = { kind, value, ...(unit ? { unit } : {}) } as const
  const findings = specFindings(context, { key: claim.card, rowId: claim.row, cell, at })
  const verdict = verdictsOf(findings)[0]
  return verdict
    ? { status: verdict.status, why: verdict.why.join('; ') }
    : { status: 'unverified', why: 'no such row' }
}

function nvlinkJudgement(
  cards: readonly Card[],
  claim: Extract<HardwareAssert, { kind: 'nvlink-pool' | 'nvlink-bandwidth' }>,
): Judgement {
  const owner = cards.find((card) => card.nvlinkGBs !== null)
  const names = cards.map((card) => card.label).join(', ')
  if (owner === undefined) {
    const instead = `two cards communicate over PCIe ${pcieWords(cards[0]!)}`
    return { status: 'contradicts-datasheet', why: `no NVLink on the ${names}: ${instead}, each with its own memory` }
  }
  if (claim.kind === 'nvlink-pool') return { status: 'consistent', why: `${owner.label} has NVLink` }
  const rated = owner.nvlinkGBs!.value
  const holds = Math.abs(claim.gbPerS / rated - 1) <= 0.02
  return { status: holds ? 'consistent' : 'contradicts-datasheet', why: `${owner.label}: ${rated} GB/s` }
}

/** One direction: 0.985 GB/s per lane in PCIe 3 (8 GT/s, 128b/130b), doubled by each later generation. */
function pcieJudgement(card: Card, claimedGBs: number): Judgement {
  const { gen, lanes } = card.pcie.value
  const theory = 0.9846 * 2 ** (gen - 3) * lanes
  const why = `${formatShareOf(claimedGBs, theory)} of the ${formatNumber(theory, 1)} GB/s of PCIe ${pcieWords(card)}`
  return { status: claimedGBs <= theory ? 'plausible' : 'impossible', why }
}

const pcieWords = ({ pcie }: Card): string => `${pcie.value.gen} x${pcie.value.lanes}`

const formatShareOf = (part: number, whole: number): string => `${formatNumber((part / whole) * 100, 0)} %`
