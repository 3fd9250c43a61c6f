import type { Card } from '../../../harness/catalogue/types.ts'
import { fastestTflops, fourBitTflops, fp16PeakTflops } from '../../../harness/physics/arithmetic.ts'
import { formatNumber } from '../../render/format-cell.ts'
import type { Range } from '../arithmetic.ts'
import type { AuditContext } from '../context.ts'
import type { Finding } from '../finding.ts'
import { imageJobOf } from '../image-jobs.ts'
import type { Workload } from '../schema.ts'

type Judgement = Omit<Finding, 'cell'>

/**
 * Checks seconds per image: `steps x TFLOP per step / s` must stay below the card's rate in the arithmetic that is
 * claimed, FP16 with FP32 accumulation unless the source says otherwise. Where steps are not stated, the usual range is
 * used; if that does not decide, the source's own value for the card decides whether the claim agrees with itself.
 */
export function judgeImageRate(context: AuditContext, workload: Workload, key: string, seconds: Range): Judgement {
  const job = imageJobOf(workload.model)
  const card = context.editions(key).toSorted((a, b) => b.fp16Tflops.value - a.fp16Tflops.value)[0]
  if (card === undefined) return { status: 'unverified', why: context.unknownCard(key) }
  if (job === null) return { status: 'unverified', why: `the image model ${workload.model} is not in the catalogue` }
  if (!isUsualSize(workload)) {
    return {
      status: 'unverified',
      why: `the FLOPs per step are known for 1024x1024, not for ${workload.resolution?.join('x')}`,
    }
  }
  const [few, many] = workload.steps ? [workload.steps, workload.steps] : job.usualSteps
  // The slow end of the printed number's range is the most favourable reading.
  const needs = (steps: number) => (steps * job.tflopPerStep) / seconds.high
  const { tflops: peak, words } = claimedArithmetic(card, workload)
  const upper = few === many ? '' : `, ${many} require ${formatNumber(needs(many), 0)}`
  const needed = `${few} steps require ${formatNumber(needs(few), 0)} TFLOPS${upper}`
  const has = `the ${card.label} has ${peak} dense (${words})`
  if (needs(few) > peak) return beyond(card, workload, { needed: `${needed}; ${has}`, few: needs(few), peak })
  if (needs(many) <= peak) return { status: 'plausible', why: `${needed}; ${has}` }
  const own = context.quantity('spec', 'fp16_dense', key)
  if (own !== null && needs(few) > own.high) {
    return { status: 'inconsistent', why: `${needed}; its own sheet has ${own.high}, ${has}` }
  }
  return { status: 'underspecified', why: `steps are not stated: ${needed}; ${has}` }
}

const isUsualSize = ({ resolution }: Workload): boolean =>
  !resolution || (resolution.length === 2 && resolution.every((side) => side === 1024))

/** Above the rate of the claimed arithmetic: impossible, unless the source leaves a faster mode or skipped steps open. */
function beyond(
  card: Card,
  workload: Workload,
  { needed, few, peak }: { readonly needed: string; readonly few: number; readonly peak: number },
): Judgement {
  const fastest = Math.max(fastestTflops(card, {}), fourBitTflops(card))
  if (workload.step_cache === null || workload.step_cache === true) {
    return { status: 'underspecified', why: `${needed}: only if a cache skips steps, which has no bound` }
  }
  if (workload.arithmetic === null && few <= fastest) {
    return {
      status: 'underspecified',
      why: `${needed}: only with faster arithmetic (up to ${fastest} TFLOPS), which is not stated`,
    }
  }
  const margin = `${formatNumber((few / peak - 1) * 100, 0)} % above it at the least`
  const assumed =
    workload.arithmetic === undefined ? '; FP16 accumulation, 8 or 4 bits and skipped steps would be other claims' : ''
  return { status: 'impossible', why: `${needed}, ${margin}${assumed}` }
}

/** The rate of the arithmetic that a claim states, by itself or by the format of its weights. */
function claimedArithmetic(
  card: Card,
  { arithmetic, quant }: Workload,
): { readonly tflops: number; readonly words: string } {
  const eightBits = { tflops: fastestTflops(card, {}), words: '8 bits' }
  if (arithmetic === 'fp4' || quant === 'nvfp4' || quant === 'mxfp4') {
    return { tflops: Math.max(fourBitTflops(card), eightBits.tflops), words: '4 bits' }
  }
  if (arithmetic === 'fp8' || arithmetic === 'int8' || quant === 'fp8' || quant === 'int8') return eightBits
  if (arithmetic === 'fp16-accumulate') return { tflops: fp16PeakTflops(card), words: 'FP16, FP16 accumulation' }
  return { tflops: card.fp16Tflops.value, words: 'FP16, FP32 accumulation' }
}
