import { counted } from '../../units.ts'
import type { BoxPlan, PlannedServer, PlannedStage } from '../plan/box-plan.ts'
import { type BoxState, isSameStep } from '../state.ts'
import { Night } from './night.ts'
import { pendingStage, stepsOf } from './pending.ts'
import { playStage } from './stage.ts'
import { TimeLeft } from './time-left.ts'
import { isCommand, type MeasureTools } from './tools.ts'

/** What was measured of a box, and why it ended early. */
export interface MeasuredBox {
  readonly state: BoxState
  /** A cause that hits every server, or a disk that takes no more; null where there is none. */
  readonly ends: string | null
}

/**
 * Plays the plan of a box: per stage it starts the servers, measures part by part with the lanes of a part at the same time,
 * and stops the servers. Steps that an earlier run has done are skipped. A failed run or server does not end it; a cause that
 * every server shares, or a disk that takes no more, does at once; the servers are stopped before.
 */
export async function measureBox(
  plan: BoxPlan,
  state: BoxState,
  outDir: string,
  tools: MeasureTools,
): Promise<MeasuredBox> {
  const { steps } = state
  const stages = plan.stages.map((stage) => pendingStage(stage, steps))
  const planned = stepsOf(plan.stages)
  const done = planned.filter((each) => steps.some((step) => isSameStep(step, each)))
  if (done.length > 0) tools.say(`${done.length} of ${counted(planned.length, 'run')} were done before and are kept`)
  const night = new Night(outDir, state, new TimeLeft(stages, tools.nowMs), tools)
  await probeCards(stages, night)
  for (const [index, stage] of stages.entries()) {
    if (night.stops.aborted) break
    await playStage(stage, index, night)
  }
  return { state: night.state, ends: night.ends }
}

/** A state without the steps that a plan does not have any more, because scenarios, flags or servers changed. */
export function plannedState(state: BoxState, { stages }: Pick<BoxPlan, 'stages'>): BoxState {
  const planned = stepsOf(stages)
  return { ...state, steps: state.steps.filter((step) => planned.some((each) => isSameStep(each, step))) }
}

/**
 * Measures each card alone, with the torch of the image of its first server, before any server is up; and the cards of a
 * server over several of them with the links between them. Cards of which a run is done have been measured.
 */
async function probeCards(stages: readonly PlannedStage[], night: Night): Promise<void> {
  const probed = new Set(night.state.steps.map(({ cards }) => cards.join(' ')))
  for (const server of stages.flatMap(({ servers }) => servers).filter(isProbed)) {
    const cards = server.cards.map(({ uuid }) => uuid).join(' ')
    if (probed.has(cards) || night.stops.aborted) continue
    probed.add(cards)
    const what = server.cards.length === 1 ? 'the card' : 'the cards and the links between them'
    night.tools.say(`${night.cardsOf(server)}measuring ${what} alone, with the torch of the image`)
    const probe = await night.tools.probe(server)
    if ('reason' in probe) night.tools.say(`${night.cardsOf(server)}not measured alone: ${probe.reason}`)
    night.keepProbe(server, probe)
  }
}

/** Servers, whose first run carries the figures. */
const isProbed = ({ launch }: PlannedServer): boolean => !isCommand(launch)
