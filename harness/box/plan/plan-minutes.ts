import type { BoxPlan, PlannedPart, PlannedStage } from './box-plan.ts'

/** How long a plan takes at most, in minutes, without downloads. */
export interface PlanMinutes {
  /** Servers are starting. Those of a stage start side by side. */
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

const startMinutes = ({ servers }: PlannedStage): number => Math.max(0, ...servers.map((each) => each.startMinutes))

/** The lanes of a part run at the same time: the longest decides. */
const partMinutes = ({ lanes }: PlannedPart): number =>
  Math.max(0, ...lanes.map(({ runs }) => sum(runs.map(({ minutes }) => minutes))))

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
