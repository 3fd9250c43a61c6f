import type { RunRecord } from '../harness/record/schema/run.ts'
import { loadedBeside } from '../harness/verdict/side-by-side.ts'
import { lengthsText } from './tables/lengths-text.ts'
import { reasoningText } from './tables/reasoning-text.ts'

/**
 * Remarks on a run beside its gates, one sentence each: lengths that were not all the same, reasoning, drift of the trials, cold-start and sustained throughput,
 * unsuccessful waits for the card to cool down, the number of the server start, and other cards under load.
 */
export function runRemarks(run: RunRecord): string[] {
  const { drift, coolDowns, serverStart } = run
  const said = [lengthsText(run), reasoningText(run)]
  return [
    ...said.filter((text) => text !== null),
    ...(drift?.findings ?? []),
    ...(drift?.coldBurstTokensPerS != null && drift.soakedTokensPerS != null ? [soakText(run) ?? ''] : []),
    ...(coolDowns ?? []).flatMap(({ finding }) => finding ?? []),
    ...(serverStart && serverStart.of > 1 ? [`server start ${serverStart.number} of ${serverStart.of}`] : []),
    ...besideText(run),
  ]
}

function besideText(run: RunRecord): string[] {
  const { length } = loadedBeside(run)
  if (length === 0) return []
  return [
    `measured while ${length} other ${length === 1 ? 'card' : 'cards'} of the server ${length === 1 ? 'was' : 'were'} under load`,
  ]
}

/**
 * Tokens/s right after the warm-up and at the end, or why they are unknown. Null for runs that stream no tokens.
 */
export function soakText({ drift, trials, source }: RunRecord): string | null {
  if (drift === undefined) return null
  const { coldBurstTokensPerS: cold, soakedTokensPerS: soaked } = drift
  if (cold === null || soaked === null) {
    const why = drift.trials.find((check) => check.reason !== undefined)?.reason ?? 'no trial was run'
    return `cold-start and sustained throughput unknown: ${why}`
  }
  const stamp = source === 'simulated' ? ' (SIMULATED)' : ''
  return (
    `cold-start throughput ${cold.toFixed(1)} tokens/s (first third of trial 1), sustained throughput ${soaked.toFixed(1)} tokens/s ` +
    `(last third of trial ${trials.length})${stamp}: only the sustained throughput may be quoted`
  )
}

/** Smaller drifts than this need not be seen: it is the practical threshold of a comparison. */
const DRIFT_TO_SEE = 0.03

/**
 * The drift that the trials of a run are too noisy or too short to show, for its result; null where they could show what
 * matters, or where nothing was testable, which `soakText` says.
 */
export function driftLimitText({ drift }: RunRecord): string | null {
  const largest = Math.max(0, ...(drift?.trials ?? []).map(({ detectableShare }) => detectableShare ?? 0))
  if (largest <= DRIFT_TO_SEE) return null
  return `drift inside a trial: less than about ${(largest * 100).toFixed(0)} % is not testable: lengthen the trial`
}
