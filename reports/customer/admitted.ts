import { reasonsNotQuotable } from '../../harness/gates/quotable.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'

/** The runs that a page for customers may print, and the others with their reason. */
export interface Admitted {
  readonly runs: readonly RunRecord[]
  /** One line each. */
  readonly omitted: readonly string[]
  /** True where the page is a demonstration: every run of it was simulated. */
  readonly simulated: boolean
}

/**
 * Of live runs only those that may be quoted, so that no figure on a page for customers is one that fails our own gates; an
 * out of memory is a result and needs no gates. Simulated runs make a page of their own, stamped, and never stand beside
 * live ones.
 */
export function admitted(all: readonly RunRecord[]): Admitted {
  const live = all.filter(({ source }) => source === 'live')
  if (live.length === 0) {
    const ended = all.filter(({ status }) => status === 'complete')
    return {
      runs: ended,
      omitted: all.filter((run) => !ended.includes(run)).map(unfinished),
      simulated: all.length > 0,
    }
  }
  const runs = live.filter((run) => run.oom !== undefined || (run.quotable && reasonsNotQuotable(run).length === 0))
  const simulated = all.filter(({ source }) => source === 'simulated')
  return {
    runs,
    omitted: [
      ...live.filter((run) => !runs.includes(run)).map(whyOmitted),
      ...simulated.map((run) => `${run.id}: simulated; a page with live runs has live figures only`),
    ],
    simulated: false,
  }
}

const unfinished = (run: RunRecord): string => `${run.id}: it is ${run.status}`

function whyOmitted(run: RunRecord): string {
  const [first, ...others] = reasonsNotQuotable(run)
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'more reason')}`
  return `${run.id}: not quotable: ${first ?? 'its record says so'}${more}`
}
