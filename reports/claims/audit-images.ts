import { formatNumber } from '../render/format-cell.ts'
import type { Range } from './arithmetic.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'
import { imageJobOf } from './image-jobs.ts'
import type { Workload } from './schema.ts'

/**
 * Seconds an image against arithmetic: `steps x TFLOP a step / s` must stay under the card's dense FP16 rate with FP32
 * accumulate. Where steps are not stated, the usual range is tried; where that leaves it open, the source's own
 * figure of the card decides whether it agrees with itself.
 */
export function judgeImageRate(
  context: AuditContext,
  workload: Workload,
  key: string,
  seconds: Range,
): Omit<Finding, 'cell'> {
  const job = imageJobOf(workload.model)
  const card = context.editions(key).toSorted((a, b) => b.fp16Tflops.value - a.fp16Tflops.value)[0]
  if (job === null || card === undefined)
    return { status: 'unverified', why: 'the catalogue does not know the card or the model' }
  const [few, many] = workload.steps ? [workload.steps, workload.steps] : job.usualSteps
  // The slow end of what the printed figure can stand for is the kind reading.
  const needs = (steps: number) => (steps * job.tflopPerStep) / seconds.high
  const peak = card.fp16Tflops.value
  const needed = `${few} steps need ${formatNumber(needs(few), 0)} TFLOPS, ${many} need ${formatNumber(needs(many), 0)}`
  const has = `the ${card.label} has ${peak} dense (FP16, FP32 accumulate)`
  if (needs(few) > peak) return { status: 'impossible', why: `${needed}; ${has}` }
  if (needs(many) <= peak) return { status: 'plausible', why: `${needed}; ${has}` }
  const own = context.quantity('spec', 'fp16_dense', key)
  if (own !== null && needs(few) > own.high) {
    return { status: 'inconsistent', why: `${needed}; its own sheet has ${own.high}, ${has}` }
  }
  return { status: 'underspecified', why: `steps are not stated: ${needed}; ${has}` }
}
