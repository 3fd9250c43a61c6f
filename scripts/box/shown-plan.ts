import type { BoxPlan, PlannedServer, PlannedStage } from '../../harness/box/plan/box-plan.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import type { ShownPlan } from '../../reports/box/plan-text.ts'

/** A plan as its text needs it. */
export function shownPlan(plan: BoxPlan): ShownPlan {
  const { cards, stages, leftOut, downloads } = plan
  const labels = [...Map.groupBy(cards, ({ entry }) => entry.label)]
  return {
    cards: labels.map(([label, same]) => (same.length === 1 ? label : `${same.length} x ${label}`)).join(', '),
    stages: stages.map((stage) => ({
      start: stage.start.of === 1 ? '' : `start ${stage.start.number} of ${stage.start.of}`,
      servers: stage.servers.map((server) => ({
        where: cards.length === 1 ? '' : `GPU ${server.cards.map(({ index }) => index).join('+')}`,
        model: server.launch.model,
        runs: runsOn(stage, server),
        corrections: server.launch.corrections,
      })),
    })),
    leftOut,
    downloads,
    minutes: planMinutes(plan),
  }
}

/** Every container that a plan starts, once, with the runs on it. */
export function launchesOf({ stages }: BoxPlan): { readonly name: string; readonly server: PlannedServer }[] {
  return stages
    .filter(({ start }) => start.number === 1)
    .flatMap((stage) =>
      stage.servers.map((server) => ({ name: [...new Set(namesOn(stage, server))].join(', '), server })),
    )
}

/** The runs on a server, each with its part where the stage has several. */
function runsOn(stage: PlannedStage, server: PlannedServer): string[] {
  return stage.parts.flatMap(({ kind, lanes }) => {
    const names = lanes.filter((lane) => lane.server === server.id).flatMap(({ runs }) => runs.map(({ name }) => name))
    return stage.parts.length === 1 || names.length === 0 ? names : [`${kind}: ${names.join(', ')}`]
  })
}

const namesOn = ({ parts }: PlannedStage, { id }: PlannedServer): string[] =>
  parts.flatMap(({ lanes }) =>
    lanes.filter(({ server }) => server === id).flatMap(({ runs }) => runs.map(({ name }) => name)),
  )
