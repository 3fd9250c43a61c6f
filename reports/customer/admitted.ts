import { quotability } from '../../harness/evidence/refusals.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { sweptName } from '../../harness/scenario/expand.ts'
import { counted } from '../../harness/units.ts'
import { cardKeyOf } from '../tables/selection.ts'

/** The runs that a page for customers may print, and the others with their reason. */
export interface Admitted {
  readonly runs: readonly RunRecord[]
  /** One line each. */
  readonly omitted: readonly string[]
  /** True where the page is a demonstration: every run of it was simulated. */
  readonly simulated: boolean
  /** Runs that were out of memory before a newer run of their workload and card was complete; one line each. */
  readonly replaced: readonly string[]
  /** Whether a card ran the workload of a run, at any load, in a run that is printed or omitted. */
  readonly served: (run: RunRecord, cardKey: string) => boolean
}

/** Why a run is not what was measured, such as `signature: the record is not signed`; null where it is. */
export type Refusal = (run: RunRecord) => string | null

/**
 * Of live runs only those that may be quoted, so that no figure on a page for customers is one that fails our own gates; an
 * out of memory is a result and needs no gates, unless a newer run was complete. None that is refused. Simulated runs make a page of their own, stamped, and never stand beside
 * live ones.
 */
export function admitted(all: readonly RunRecord[], refusalOf: Refusal = () => null): Admitted {
  const live = all.filter(({ source }) => source === 'live')
  if (live.length === 0) {
    const ended = all.filter(({ status }) => status === 'complete')
    return {
      runs: ended,
      omitted: all.filter((run) => !ended.includes(run)).map(unfinished),
      simulated: all.length > 0,
      replaced: [],
      served: servedBy(ended),
    }
  }
  const replaced = live.filter((run) => run.oom !== undefined && live.some((other) => replaces(other, run)))
  const current = live.filter((run) => !replaced.includes(run))
  const runs = current.filter((run) => refusalOf(run) === null && (run.oom !== undefined || quotability(run).quotable))
  const simulated = all.filter(({ source }) => source === 'simulated')
  return {
    runs,
    omitted: [
      ...current.filter((run) => !runs.includes(run)).map((run) => whyOmitted(run, refusalOf(run))),
      ...simulated.map((run) => `${run.id}: simulated; a page with live runs has live figures only`),
    ],
    simulated: false,
    replaced: replaced.map(
      ({ id }) => `${id}: out of memory, but a newer run of this workload on this card was complete`,
    ),
    served: servedBy(live),
  }
}

const ranToTheEnd = ({ status, oom }: RunRecord): boolean => status === 'complete' && oom === undefined

/** Whether a run shows that an earlier one is out of date: the same workload and card, later, to the end. */
const replaces = (other: RunRecord, run: RunRecord): boolean =>
  ranToTheEnd(other) &&
  other.scenario.name === run.scenario.name &&
  cardKeyOf(other) === cardKeyOf(run) &&
  other.startedAt > run.startedAt

/** Whether a card fits in memory does not depend on the load: one load of a sweep stands for all. */
function servedBy(runs: readonly RunRecord[]): Admitted['served'] {
  const keyOf = ({ scenario }: RunRecord, cardKey: string) => `${sweptName(scenario.name)}\n${cardKey}`
  const served = new Set(runs.filter(ranToTheEnd).map((run) => keyOf(run, cardKeyOf(run))))
  return (run, cardKey) => served.has(keyOf(run, cardKey))
}

const unfinished = (run: RunRecord): string => `${run.id}: it is ${run.status}`

function whyOmitted(run: RunRecord, refusal: string | null): string {
  if (refusal !== null) return `${run.id}: not quotable: ${refusal}`
  const [first, ...others] = quotability(run).reasons
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'more reason')}`
  return `${run.id}: not quotable: ${first}${more}`
}
