import type { Card } from '../catalogue/types.ts'
import { idlePowerW, loadPowerW } from '../physics/power/demand.ts'
import { powerShareAtClock, speedShare } from '../physics/power/limited-speed.ts'
import type { Conditions, PlaceServer, ServerProcess, ServingCards } from './card/machine.ts'
import type { StepCost } from './engine/step-work.ts'
import type { SimulatorOptions } from './options.ts'
import type { MachineContext } from './server/context.ts'
import { answerSetting } from './smi/setting.ts'

/** What a machine without a token engine has: its cards, and the process on them. */
interface BareMachine {
  readonly options: SimulatorOptions
  readonly card: Card
  readonly serverProcess: ServerProcess | null
  readonly place: PlaceServer
}

/** A machine without a token engine: its cards and the queries of nvidia-smi. */
export function bareMachine(
  { options, card, serverProcess, place }: BareMachine,
  nowMs: () => number,
): { readonly machine: ServingCards; readonly context: MachineContext } {
  const machine = place(options, card, serverProcess, nowMs())
  const context: MachineContext = {
    driver: { catchUp: () => {} },
    nowMs,
    smiState: (atMs) => machine.smiState(atMs),
    smiSet: (request) =>
      answerSetting(request, machine.smiState(nowMs()).gpus, options.cardSettings, (index, change) =>
        machine.set(index, change),
      ),
    smiNoAnswer: () => machine.smiNoAnswer(nowMs()),
    trueEnergyJ: (fromMs, toMs) => machine.trueEnergyJ(fromMs, toMs),
  }
  return { machine, context }
}

/** Share of its usual speed at which a card does such work under these conditions. */
export function speedUnder(
  { limitW, clockShare, speedShare: left }: Conditions,
  card: Card,
  activity: Omit<StepCost, 'timeMs'>,
): number {
  // what waits for memory is as fast as at the full clock
  const atClock = clockShare >= 1 ? left : left / (activity.memoryShare + (1 - activity.memoryShare) / clockShare)
  if (limitW === null) return atClock
  const idleW = idlePowerW(card)
  const atFullClockW = loadPowerW(card, { ...activity, busy: 1 })
  const demandW = idleW + (atFullClockW - idleW) * powerShareAtClock(clockShare)
  return atClock * speedShare({ demandW, limitW, idleW })
}
