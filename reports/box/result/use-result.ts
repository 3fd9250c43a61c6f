import { exitCodes } from '../../../harness/errors.ts'
import { servingUuids } from '../../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { type BoxResult, boxResultSchema } from './box-result.ts'
import { wordOf } from './verdict-of.ts'

/**
 * Exit code of a night: 0 accepted, 1 rejected, 3 not measured. A simulated box that would be accepted is not measured: no
 * script can take it for an accepted one.
 */
export function exitCodeOf(result: BoxResult): number {
  if (wordOf(result) === 'rejected') return exitCodes.negativeResult
  return result.verdict === 'accepted' ? exitCodes.done : exitCodes.environmentFailed
}

/** The verdict that is kept beside a run, for later boxes: that of the cards that served it. Null where nothing was judged. */
export function keptVerdict(
  result: BoxResult,
  run: RunRecord,
): { readonly verdict: 'accepted' | 'rejected'; readonly failed: readonly string[] } | null {
  const serving = servingUuids(run.gpus)
  const joined = result.joined.find(({ cards }) => cards.toSorted().join() === serving.toSorted().join())
  const judged = serving.length === 1 ? result.cards.find(({ uuid }) => uuid === serving[0]) : joined
  if (judged === undefined || judged.verdict === 'not-measured') return null
  return { verdict: judged.verdict, failed: judged.reasons.map(({ what }) => what) }
}

/** The result as the document of `box --json`. */
export const boxResultJson = (result: BoxResult): string =>
  `${JSON.stringify(boxResultSchema.parse(result), null, 2)}\n`
