import type { BoxPlan, PlannedPart, PlannedStage } from './box-plan.ts'

/** How long a plan takes at most, in minutes, without downloads. */
export interface PlanMinutes {
  /** Servers are starting: the first of a stage, then the others side by side. */
  readonly starting: number
  /** Cards are measured. */
  readonly measuring: number
}

/** Minutes of a whole plan: its stages run one after another. */
export function planMinutes({ stages }: Pick<BoxPlan, 'stages'>): PlanMinutes {
  return {
    starting: sum(stages.map(startMinutes)),
    measuring: sum(stages.flatMap(({ parts }) => parts.map(partMinutes))),
  }
}

/** The first server starts alone, then the others side by side. */
function startMinutes({ servers: [first, ...others] }: PlannedStage): number {
  return (first?.startMinutes ?? 0) + Math.max(0, ...others.map((each) => each.startMinutes))
}

/** The lanes of a part run at the same time, and their next runs begin when all are done: the longest of each decides. */
function partMinutes({ lanes }: PlannedPart): number {
  const most = Math.max(0, ...lanes.map(({ runs }) => runs.length))
  const rows = Array.from({ length: most }, (_, row) => lanes.map(({ runs }) => runs[row]?.minutes ?? 0))
  return sum(rows.map((minutes) => Math.max(...minutes)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
