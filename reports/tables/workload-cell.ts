import { describeWorkload } from '../../harness/metrics/describe-workload.ts'
import type { ScenarioRow } from './selection.ts'
import { type Cell, text } from './table.ts'

/** A workload by its title; under it the steps, guidance and batch without which a figure of images or training says nothing. */
export function workloadCell({ title, sample }: ScenarioRow): Cell {
  const work = describeWorkload(sample.scenario)
  return { ...text(title), ...(work === null ? {} : { detail: work }) }
}
