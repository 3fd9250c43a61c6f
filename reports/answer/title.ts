import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { Facts } from '../facts.ts'
import { cardKeyOf, labelOf } from '../tables/selection.ts'
import { joinedAnd } from './phrases.ts'
import { countOf, type Workload } from './workloads.ts'

/** More cards than this are counted, not named. */
const MOST_CARDS = 3

/** The title of a report that was given none: its cards and its workloads. */
export function titleOf(runs: readonly RunRecord[], workloads: readonly Workload[], facts: Facts): string {
  const labels = [...Map.groupBy(runs, cardKeyOf).values()].map(([first]) => labelOf(first!, facts))
  if (labels.length === 0) return 'Joulemark report'
  const cards = labels.length > MOST_CARDS ? `${labels.length} cards` : joinedAnd(labels)
  if (workloads.length === 0) return `${cards}: operating points`
  const titles = workloads.map(({ title }) => title)
  return `${cards}: ${titles.length > 2 ? `${countOf(workloads)} workloads` : joinedAnd(titles)}`
}
