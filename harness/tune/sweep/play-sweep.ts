import { JoulemarkError } from '../../errors.ts'
import { LEAST_GAIN, stepsOf } from '../../operating/sweep/knee.ts'
import { nextLoad, type SweepPlan } from '../../operating/sweep/next-load.ts'
import { pointOfRun } from '../../operating/sweep/point-of-run.ts'
import type { SweepPoint } from '../../operating/sweep/sweep-point.ts'
import { DiskError } from '../../record/disk/disk-error.ts'
import { type FinishedRun, runOnce } from '../../run/run.ts'
import type { RunOnce } from '../../run/run-file.ts'
import type { RunOptions } from '../../run/run-options.ts'
import { atConcurrency, isClosed, type TextFile } from '../../scenario/expand.ts'
import { GOOD_SHARE } from '../../scenario/load-schema.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import type { AskedLoads } from '../points-asked.ts'

/** A sweep that has ended. */
export interface SweepEnd {
  /** In the order in which they were measured. */
  readonly finished: readonly FinishedRun[]
  /** Loads whose run left no record of its results, and why. */
  readonly notMeasured: readonly { readonly concurrency: number; readonly reason: string }[]
  readonly points: readonly SweepPoint[]
  /** Why no further load was measured, in one sentence. */
  readonly why: string
}

/** The plan of a sweep: the loads that were asked for, and when a doubling counts as flat. */
export const sweepPlan = ({ loads, isRange }: AskedLoads, leastGain: number = LEAST_GAIN): SweepPlan => ({
  climb: loads,
  refines: isRange,
  leastGain,
  goodShare: GOOD_SHARE,
})

/** The scenario of a sweep. Throws `bad-input` for one that keeps no requests in flight. */
export function sweptFile(file: ScenarioFile): TextFile {
  if (file.kind === 'text' && isClosed(file.load)) return file
  const what = file.kind === 'text' ? 'its load is a rate or a trace' : `it is of kind ${file.kind}`
  throw new JoulemarkError(
    'bad-input',
    `scenario ${file.name}: ${what}; sweep needs a text scenario with load: { shape: closed }, whose concurrency it sets`,
  )
}

/**
 * Measures a scenario at one load after another, each a run with a record of its own, until nothing more can be learned
 * (`nextLoad`). A run that fails ends the sweep and is a point with its reason, unless it is the first: then its error is
 * thrown, as are bad input and a disk that takes no more.
 */
export async function playSweep(
  file: TextFile,
  plan: SweepPlan,
  options: RunOptions,
  once: RunOnce = runOnce,
): Promise<SweepEnd> {
  const finished: FinishedRun[] = []
  const points: SweepPoint[] = []
  for (;;) {
    const next = nextLoad(points, plan)
    if (next.concurrency === null) return { finished, notMeasured: [], points, why: next.why }
    if (options.drain.aborted) return { finished, notMeasured: [], points, why: 'interrupted' }
    const { concurrency } = next
    if (next.why !== null) options.progress.note(`${next.why}: ${concurrency} in flight is next`)
    try {
      const run = await once(atConcurrency(file, concurrency), options)
      finished.push(run)
      points.push(pointOfRun(run.record)!)
      options.progress.note(stepText(points, concurrency))
    } catch (error) {
      const isOfThisLoad =
        error instanceof JoulemarkError && error.code === 'environment' && !(error instanceof DiskError)
      if (!isOfThisLoad || finished.length === 0) throw error
      const reason = error.message
      points.push({ concurrency, tokensPerS: null, sloShare: null, obstacle: { kind: 'failed', reason } })
      return {
        finished,
        notMeasured: [{ concurrency, reason }],
        points,
        why: `the run with ${concurrency} in flight failed: ${reason}; a higher load was not tried`,
      }
    }
  }
}

/** One line on a load: its throughput, and what it gained on half of it. */
function stepText(points: readonly SweepPoint[], concurrency: number): string {
  const point = points.find((each) => each.concurrency === concurrency)
  const { tokensPerS, obstacle } = point!
  const step = stepsOf(points).find((each) => 2 * each.concurrency === concurrency)
  const rate = tokensPerS === null ? 'no throughput' : `${tokensPerS.mean.toFixed(0)} tokens/s`
  const gained = step ? `, ${(step.gain.mean * 100).toFixed(0)} % more than with half as many` : ''
  return `${concurrency} in flight: ${rate}${gained}${obstacle ? `; ${obstacle.reason}` : ''}`
}
