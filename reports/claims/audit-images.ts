import { formatNumber } from '../render/format-cell.ts'
import type { Range } from './arithmetic.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'
import { imageJobOf } from './image-jobs.ts'
import type { Workload } from './schema.ts'

/**
 * Checks seconds per image: `steps x TFLOP per step / s` must stay below the card's dense FP16 rate with FP32
 * accumulation. Where steps are not stated, the usual range is used; if that does not decide, the source's own value
 * for the card decides whether the claim agrees with itself.
 */
export function judgeImageRate(
  context: AuditContext,
  workload: Workload,
  key: string,
  seconds: Range,
): Omit<Finding, 'cell'> {
  const job = imageJobOf(workload.model)
  const card = context.editions(key).toSorted((a, b) => b.fp16Tflops.value - a.fp16Tflops.value)[0]
  if (job === null || card === undefined) return { status: 'unverified', why: 'card or model is not in the catalogue' }
  const [few, many] = workload.steps ? [workload.steps, workload.steps] : job.usualSteps
  // The slow end of the printed number's range is the most favourable reading.
  const needs = (steps: number) => (steps * job.tflopPerStep) / seconds.high
  const peak = card.fp16Tflops.value
  const needed = `${few} steps require ${formatNumber(needs(few), 0)} TFLOPS, ${many} require ${formatNumber(needs(many), 0)}`
  const has = `the ${card.label} has ${peak} dense (FP16, FP32 accumulation)`
  if (needs(few) > peak) return { status: 'impossible', why: `${needed}; ${has}` }
  if (needs(many) <= peak) return { status: 'plausible', why: `${needed}; ${has}` }
  const own = context.quantity('spec', 'fp16_dense', key)
  if (own !== null && needs(few) > own.high) {
    return { status: 'inconsistent', why: `${needed}; its own sheet has ${own.high}, ${has}` }
  }
  return { status: 'underspecified', why: `steps are not stated: ${needed}; ${has}` }
}
