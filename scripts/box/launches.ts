import type { BoxPlan, PlannedRun, PlannedServer, PlannedStage } from '../../harness/box/plan/box-plan.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'

/** A container that a plan starts, with the names of the runs on it, and the scenario of the first. */
interface Launched {
  readonly name: string
  readonly server: PlannedServer
  readonly scenario: Scenario
}

/** Every container that a plan starts, once; those of its soak come last. */
export const launchesOf = ({ stages, soak }: BoxPlan): Launched[] => [
  ...nightLaunches(stages),
  ...(soak?.lanes ?? []).map(({ server, run }) => ({ name: run.name, server, scenario: run.scenario })),
]

function nightLaunches(stages: BoxPlan['stages']): Launched[] {
  return stages
    .filter(({ start }) => start.number === 1)
    .flatMap((stage) =>
      stage.servers.flatMap((server) => {
        const runs = runsOn(stage, server)
        const name = [...new Set(runs.map((run) => run.name))].join(', ')
        return runs[0] === undefined ? [] : [{ name, server, scenario: runs[0].scenario }]
      }),
    )
}

const runsOn = ({ parts }: PlannedStage, { id }: PlannedServer): PlannedRun[] =>
  parts.flatMap(({ lanes }) => lanes.filter(({ server }) => server === id).flatMap(({ runs }) => runs))
