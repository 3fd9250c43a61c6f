import { counted } from '../../units.ts'
import type { BoxCard, BoxPlan, PlannedServer, PlannedStage } from '../plan/box-plan.ts'
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
  await probeCards(plan, stages, night)
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
 * Measures the cards alone, with the torch of the image of their first server, before any server is up: all of them with the
 * links between them, or each by itself where one of them keeps the others from being measured. Cards of which a run is done
 * have been measured.
 */
async function probeCards(plan: BoxPlan, stages: readonly PlannedStage[], night: Night): Promise<void> {
  const probed = new Set(night.state.steps.map(({ cards }) => cards.join(' ')))
  const servers = stages.flatMap((stage) => stage.servers).filter(isProbed)
  const isServed = ({ uuid }: BoxCard) => servers.some(({ cards }) => cards.some((card) => card.uuid === uuid))
  // a card that the checks before the night took out is not asked for
  if (plan.probe?.cards.every(isServed) && probed.size === 0 && !night.stops.aborted) {
    night.tools.say('measuring the cards and the links between them alone, with the torch of the image')
    const probe = await night.tools.probe(plan.probe)
    if (!('reason' in probe)) {
      for (const server of servers) night.keepProbe(server, probe)
      return
    }
    night.tools.say(`not measured together: ${probe.reason}; each card by itself`)
  }
  for (const server of servers.filter(({ cards }) => cards.length === 1)) {
    const cards = server.cards.map(({ uuid }) => uuid).join(' ')
    if (probed.has(cards) || night.stops.aborted) continue
    probed.add(cards)
    night.tools.say(`${night.cardsOf(server)}measuring the card alone, with the torch of the image`)
    const probe = await night.tools.probe(server)
    if ('reason' in probe) night.tools.say(`${night.cardsOf(server)}not measured alone: ${probe.reason}`)
    night.keepProbe(server, probe)
  }
}

/** Servers, whose first run carries the figures. */
const isProbed = ({ launch }: PlannedServer): boolean => !isCommand(launch)
