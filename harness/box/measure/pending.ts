import type { PlannedLane, PlannedPart, PlannedRun, PlannedServer, PlannedStage } from '../plan/box-plan.ts'
import { isSameStep, type StepName } from '../state.ts'

/** The name of the step of a run. */
export function stepName(stage: PlannedStage, part: PlannedPart, server: PlannedServer, run: PlannedRun): StepName {
  return {
    part: part.kind,
    cards: server.cards.map(({ uuid }) => uuid),
    server: server.id,
    name: run.name,
    start: stage.start.number,
    sha256: run.sha256,
  }
}

/** The names of all steps of a plan. */
export const stepsOf = (stages: readonly PlannedStage[]): StepName[] =>
  stages.flatMap((stage) =>
    stage.parts.flatMap((part) =>
      part.lanes.flatMap((lane) => lane.runs.map((run) => stepName(stage, part, serverOf(stage, lane), run))),
    ),
  )

/** The server of a lane. The plan has it; a plan without it is a bug. */
export function serverOf(stage: PlannedStage, lane: PlannedLane): PlannedServer {
  const server = stage.servers.find(({ id }) => id === lane.server)
  if (server === undefined) throw new Error(`the plan has no server ${lane.server}`)
  return server
}

/** The part of a stage that is still to be measured; `parts` is empty where nothing is. */
export function pendingStage(stage: PlannedStage, done: readonly StepName[]): PlannedStage {
  const parts = stage.parts.map((part) => pendingPart(stage, part, done)).filter(({ lanes }) => lanes.length > 0)
  const needed = new Set(parts.flatMap(({ lanes }) => lanes.map(({ server }) => server)))
  return { ...stage, parts, servers: stage.servers.filter(({ id }) => needed.has(id)) }
}

/**
 * Lanes without what is done. Cards side by side are measured again in all lanes where one of them is missing: a card whose
 * neighbours are done already would be measured alone.
 */
function pendingPart(stage: PlannedStage, part: PlannedPart, done: readonly StepName[]): PlannedPart {
  const isDone = (lane: PlannedLane, run: PlannedRun) =>
    done.some((step) => isSameStep(step, stepName(stage, part, serverOf(stage, lane), run)))
  const isRowDone = (index: number) =>
    part.lanes.every((lane) => lane.runs[index] === undefined || isDone(lane, lane.runs[index]))
  const isKept = (lane: PlannedLane, run: PlannedRun, index: number) =>
    part.kind === 'together' ? isRowDone(index) : isDone(lane, run)
  const lanes = part.lanes.map((lane) => ({
    ...lane,
    runs: lane.runs.filter((run, index) => !isKept(lane, run, index)),
  }))
  return { ...part, lanes: lanes.filter(({ runs }) => runs.length > 0) }
}
