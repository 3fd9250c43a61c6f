import { quotability } from '../../harness/evidence/refusals.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import type { Quality } from './answer.ts'

const MOST_REASONS = 6

/**
 * How many runs are quotable in one line, with the reasons why the others are not. An out of memory is a result and has no figure to
 * quote: it is counted apart. So are `unshown` runs, which were given and are behind no figure.
 */
export function qualityOf(runs: readonly RunRecord[], unshown: number): Quality | null {
  if (runs.length === 0) return null
  const figures = runs.filter(({ oom }) => oom === undefined)
  const outs = runs.length - figures.length
  const unused =
    unshown === 0
      ? ''
      : ` ${counted(unshown, 'more run')} ${unshown === 1 ? 'was' : 'were'} given and ${unshown === 1 ? 'is' : 'are'} not behind these figures.`
  const rest = `${outs === 0 ? '' : ` ${counted(outs, 'more run')} ended out of memory, which is a result.`}${unused}`
  if (figures.length === 0)
    return {
      text: `No run has a figure to quote: ${counted(outs, 'run')} ended out of memory.${unused}`,
      tone: 'plain',
      reasons: [],
    }
  const others = figures.filter((run) => !quotability(run).quotable)
  const quotable = figures.length - others.length
  if (quotable === figures.length) {
    const all = figures.length === 1 ? 'The run is quotable' : `All ${figures.length} runs are quotable`
    return { text: `${all}: every required gate passed.${rest}`, tone: 'good', reasons: [] }
  }
  const isSimulated = figures.every(({ source }) => source === 'simulated')
  const counts =
    quotable === 0
      ? figures.length === 1
        ? 'The run is not quotable'
        : `${figures.length === 2 ? 'Neither' : 'None'} of the ${figures.length} runs is quotable`
      : `${quotable} of ${figures.length} runs ${quotable === 1 ? 'is' : 'are'} quotable`
  const reasons = mostFrequent(others, isSimulated)
  const they = figures.length === 1 ? 'it is' : 'they are'
  const why = isSimulated ? `: ${they} simulated` : reasons[0] === undefined ? '' : `: ${reasons[0]}`
  return {
    text: `${counts}${why}.${rest}`,
    tone: quotable === 0 && !isSimulated ? 'bad' : 'warn',
    reasons,
  }
}

/** Gates that stand in the way, the most frequent first; that a run is simulated need not be said twice. */
function mostFrequent(runs: readonly RunRecord[], isSimulated: boolean): string[] {
  const ids = runs.flatMap((run) => [...new Set(quotability(run).reasons.map((reason) => headOf(reason)))])
  const counts = [...Map.groupBy(ids, (id) => id)].map(([id, all]) => ({ id, count: all.length }))
  const shown = counts
    .filter(({ id }) => !(isSimulated && id.startsWith('live-source')))
    .toSorted((a, b) => b.count - a.count)
  const more = shown.length - MOST_REASONS
  return [
    ...shown.slice(0, MOST_REASONS).map(({ id, count }) => `${id} in ${counted(count, 'run')}`),
    ...(more > 0 ? [`and ${counted(more, 'other reason')}`] : []),
  ]
}

/** The gate and its status, or the status of the run, without its evidence. */
const headOf = (reason: string): string => reason.split(':')[0]!
