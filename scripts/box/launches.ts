import type { BoxPlan, PlannedServer, PlannedStage } from '../../harness/box/plan/box-plan.ts'

/** Every container that a plan starts, once, with the runs on it. */
export function launchesOf({ stages }: BoxPlan): { readonly name: string; readonly server: PlannedServer }[] {
  return stages
    .filter(({ start }) => start.number === 1)
    .flatMap((stage) =>
      stage.servers.map((server) => ({ name: [...new Set(namesOn(stage, server))].join(', '), server })),
    )
}

const namesOn = ({ parts }: PlannedStage, { id }: PlannedServer): string[] =>
  parts.flatMap(({ lanes }) =>
    lanes.filter(({ server }) => server === id).flatMap(({ runs }) => runs.map(({ name }) => name)),
  )
