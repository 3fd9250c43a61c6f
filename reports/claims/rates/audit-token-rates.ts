import type { Card } from '../../../harness/catalogue/types.ts'
import { requiredBandwidthGBs } from '../../../harness/physics/limit.ts'
import { formatNumber, formatShare } from '../../render/format-cell.ts'
import type { Range } from '../arithmetic.ts'
import type { ClaimedModel, ModelReading } from '../claimed-model.ts'
import type { AuditContext } from '../context.ts'
import type { Finding } from '../finding.ts'
import type { Workload } from '../schema.ts'
import { claimLimit, memoryLimit, prefillRate } from './model-physics.ts'

/** Batch of a claim that states none: more than any server runs at once, so that arithmetic alone limits it. */
const ANY_BATCH = 4096
/** Accepted tokens per step of a claim that leaves speculation open: again only arithmetic limits it. */
const ANY_ACCEPTED = 1024

/** A rate in tokens/s, of one stream or of all together. */
export interface TokenRateClaim {
  readonly workload: Workload
  readonly key: string
  readonly rate: Range
  readonly perStream: boolean
  readonly model: ClaimedModel
  readonly cards: readonly Card[]
}

/** One way to read a claim, with the limit that follows from it. */
interface RateReading {
  readonly card: Card
  readonly model: ModelReading
  readonly batch: number
  readonly accepted: number
  /** In the unit of the claim: of one stream, or of all together. */
  readonly limit: number
}

/**
 * A rate against the limit of each way to read it. Above all of them it is impossible, below all of them plausible; in
 * between it depends on what the source does not say, and is underspecified. Without context the fewest bytes are read:
 * the kindest reading, and so the limit for every claim.
 */
export function judgeTokenRate(context: AuditContext, claim: TokenRateClaim): Omit<Finding, 'cell'> {
  const { workload, rate } = claim
  if (workload.counts === 'input-and-output') {
    const why =
      'counts tokens of prompts too, which a prefix cache can give for nothing; the limit is one of output tokens'
    return { status: 'underspecified', why }
  }
  if (workload.phase === 'prefill') return judgePrefill(claim)
  const readings = readingsOf(context, claim).toSorted((a, b) => b.limit - a.limit)
  const [kindest, hardest] = [readings[0]!, readings.at(-1)!]
  const middle = (rate.low + rate.high) / 2
  if (rate.low > kindest.limit) return impossible(context, claim, kindest, middle)
  if (rate.low <= hardest.limit) {
    const own = ownBandwidthText(context, claim, hardest, middle)
    return {
      status: 'plausible',
      why: `${formatShare(middle / hardest.limit)}: ${limitText(context, hardest, claim)}${own}`,
    }
  }
  return underspecified(context, claim, { kindest, hardest, middle })
}

function readingsOf(context: AuditContext, claim: TokenRateClaim): RateReading[] {
  const { workload, key, perStream, model, cards } = claim
  const memClockMHz = context.memClockMHz(key)
  return cards.flatMap((card) =>
    model.readings.flatMap((reading) =>
      batchesOf(workload).flatMap((batch) =>
        acceptedOf(workload).map((accepted): RateReading => {
          const load = { batch, contextTokens: 0, gpus: workload.cards ?? 1, tokensPerStep: accepted, memClockMHz }
          const { tokensPerS } = claimLimit(card, reading, load)
          return { card, model: reading, batch, accepted, limit: perStream ? tokensPerS / batch : tokensPerS }
        }),
      ),
    ),
  )
}

/** The stated batch, or one stream and as many as any server runs. */
function batchesOf(workload: Workload): number[] {
  const stated = workload.batch ?? workload.concurrency
  return stated ? [stated] : [1, ANY_BATCH]
}

/** Tokens per step: 1 in plain decoding, what is stated, or anything where speculation is claimed or left open. */
function acceptedOf({ speculation, tokens_per_step: accepted }: Workload): number[] {
  if (speculation === undefined || speculation === 'none') return [1]
  return accepted ? [accepted] : [1, ANY_ACCEPTED]
}

/** A rate in tokens/s: decimals only where they say something. */
const one = (value: number): string => formatNumber(value, value < 1000 ? 1 : 0)

/** The load of a reading in words, without what the claim states anyway. */
function loadText({ batch, accepted }: RateReading, { workload, model }: TokenRateClaim, format: string): string {
  const parts = [
    batch === ANY_BATCH ? 'any batch' : `batch ${batch}`,
    model.stated ? '' : `weights in ${format}`,
    accepted === ANY_ACCEPTED ? 'any speculation' : accepted > 1 ? `${accepted} tokens per step` : '',
    (workload.cards ?? 1) > 1 ? `${workload.cards} cards` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function limitText(context: AuditContext, reading: RateReading, claim: TokenRateClaim): string {
  const { card, model, batch, accepted } = reading
  const load = {
    batch,
    contextTokens: 0,
    gpus: claim.workload.cards ?? 1,
    tokensPerStep: accepted,
    memClockMHz: context.memClockMHz(claim.key),
  }
  const alone = memoryLimit(card, model, load).tokensPerS / (claim.perStream ? batch : 1)
  const cache = reading.limit - alone < 0.05 ? '' : ` (${one(alone)} t/s without its L2 cache)`
  return `the limit of the ${card.label} is ${one(reading.limit)} t/s at ${loadText(reading, claim, model.format)}${cache}`
}

function impossible(
  context: AuditContext,
  claim: TokenRateClaim,
  best: RateReading,
  middle: number,
): Omit<Finding, 'cell'> {
  const gpus = claim.workload.cards ?? 1
  const total = middle * (claim.perStream ? best.batch : 1)
  const shape = { concurrency: best.batch, contextTokens: 0, kvBytesPerElement: 1 } as const
  const needs = requiredBandwidthGBs(best.model.model, total / best.accepted, shape)
  const has = best.card.memoryBandwidthGBs.value * gpus
  const gap =
    needs > has ? `requires ${formatNumber(needs, 0)} of ${has} GB/s` : 'requires more arithmetic than there is'
  const margin = `${formatNumber((claim.rate.low / best.limit - 1) * 100, 1)} % above it at the least`
  const plain =
    claim.workload.speculation === undefined
      ? `; plain decoding is assumed: ${speculationText(claim.rate.low / best.limit)}`
      : ''
  const why = `${gap}: ${limitText(context, best, claim)}, this is ${formatShare(middle / best.limit)}, ${margin}${plain}`
  return { status: 'impossible', why }
}

const speculationText = (factor: number): string =>
  `with speculation it requires ${formatNumber(factor, 2)} tokens per step`

function underspecified(
  context: AuditContext,
  claim: TokenRateClaim,
  {
    kindest,
    hardest,
    middle,
  }: { readonly kindest: RateReading; readonly hardest: RateReading; readonly middle: number },
): Omit<Finding, 'cell'> {
  const { workload } = claim
  const open = [
    workload.batch || workload.concurrency ? '' : 'batch',
    claim.model.stated ? '' : 'format of the weights',
    acceptedOf(workload).length === 1 ? '' : 'tokens per step of speculation',
    claim.cards.length === 1 ? '' : 'edition of the card',
  ].filter((part) => part !== '')
  const range = `above the ${one(hardest.limit)} t/s of the ${hardest.card.label} at ${loadText(hardest, claim, hardest.model.format)}, ${formatShare(middle / kindest.limit)} of the ${one(kindest.limit)} t/s at ${loadText(kindest, claim, kindest.model.format)}`
  const plain = readingsOf(context, claim).filter(({ accepted }) => accepted === 1)
  const speculated = plain.every(({ limit }) => claim.rate.low > limit)
  const needs = speculated ? `; ${speculationText(claim.rate.low / Math.max(...plain.map(({ limit }) => limit)))}` : ''
  return { status: 'underspecified', why: `not stated: ${open.join(', ')}; ${range}${needs}` }
}

/** Tokens of prompts are bound by arithmetic; a prefix cache can give more, so that more is not impossible. */
function judgePrefill({ workload, rate, model, cards }: TokenRateClaim): Omit<Finding, 'cell'> {
  const rates = cards.flatMap((card) =>
    model.readings.map((reading) => ({ card, limit: prefillRate(card, reading, workload.cards ?? 1) })),
  )
  const best = rates.toSorted((a, b) => b.limit - a.limit)[0]!
  const share = `${formatShare((rate.low + rate.high) / 2 / best.limit)} of the ${formatNumber(best.limit, 0)} tokens/s of prompts that the arithmetic of the ${best.card.label} allows`
  if (rate.low <= best.limit) return { status: 'plausible', why: share }
  return { status: 'underspecified', why: `${share}: only with prompts that a prefix cache holds, which is not stated` }
}

/** The limit from the bandwidth that the claims file states, for the reason only: the bandwidth has its own verdict. */
function ownBandwidthText(context: AuditContext, claim: TokenRateClaim, reading: RateReading, rate: number): string {
  const own = context.quantity('spec', 'memory_bandwidth', claim.key)
  const { card, model, batch, accepted } = reading
  if (own === null || own.low >= card.memoryBandwidthGBs.value) return ''
  const load = { batch, contextTokens: 0, gpus: claim.workload.cards ?? 1, tokensPerStep: accepted }
  const limit = memoryLimit(card, model, { ...load, bandwidthGBs: own.low }).tokensPerS / (claim.perStream ? batch : 1)
  return rate > limit ? `; ${formatShare(rate / limit)} of the ${one(limit)} t/s of its own ${own.low} GB/s` : ''
}
