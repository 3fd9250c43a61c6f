import { describeWorkload } from '../../harness/metrics/describe-workload.ts'
import type { ScenarioRow } from './selection.ts'
import { type Cell, text } from './table.ts'

/** A workload by its title; for images and training with the settings that define it. */
export function workloadCell({ title, sample }: ScenarioRow): Cell {
  const settings = describeWorkload(sample.scenario)
  return { ...text(title), ...(settings === null ? {} : { detail: settings }) }
}
