import type { RunRecord } from '../harness/record/schema/run.ts'

/**
 * What a reader of a run must know beside its gates, one sentence each: trials that drift, the cold burst beside the
 * heat-soaked figure, waits for the card that did not end well, which start of the server it was.
 */
export function runRemarks(run: RunRecord): string[] {
  const { drift, coolDowns, serverStart } = run
  return [
    ...(drift?.findings ?? []),
    ...(drift?.coldBurstTokensPerS != null && drift.soakedTokensPerS != null ? [soakText(run) ?? ''] : []),
    ...(coolDowns ?? []).flatMap(({ finding }) => finding ?? []),
    ...(serverStart && serverStart.of > 1 ? [`start ${serverStart.number} of ${serverStart.of} of the server`] : []),
  ]
}

/**
 * Tokens/s right after the warm-up beside tokens/s at the end, or why there are none. Null where nobody looked: runs
 * that stream no tokens.
 */
export function soakText({ drift, trials, source }: RunRecord): string | null {
  if (drift === undefined) return null
  const { coldBurstTokensPerS: cold, soakedTokensPerS: soaked } = drift
  if (cold === null || soaked === null) {
    const why = drift.trials.find((check) => check.reason !== undefined)?.reason ?? 'no trial was run'
    return `cold burst and heat-soaked figure are not known: ${why}`
  }
  const stamp = source === 'simulated' ? ' (SIMULATED)' : ''
  return (
    `cold burst ${cold.toFixed(1)} tokens/s (first third of trial 1), heat-soaked ${soaked.toFixed(1)} tokens/s ` +
    `(last third of trial ${trials.length})${stamp}: only the heat-soaked one may be quoted`
  )
}
