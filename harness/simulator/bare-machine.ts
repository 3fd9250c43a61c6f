import type { Card } from '../catalogue/types.ts'
import { idlePowerW, loadPowerW } from '../physics/power/demand.ts'
import { speedShare } from '../physics/power/limited-speed.ts'
import type { Conditions, PlaceServer, ServerProcess, ServingCards } from './card/machine.ts'
import type { StepCost } from './engine/step-work.ts'
import type { SimulatorOptions } from './options.ts'
import type { MachineContext } from './server/context.ts'

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
    smiNoAnswer: () => machine.smiNoAnswer(nowMs()),
    trueEnergyJ: (fromMs, toMs) => machine.trueEnergyJ(fromMs, toMs),
  }
  return { machine, context }
}

/** Share of its usual speed at which a card does such work under these conditions. */
export function speedUnder(
  { limitW, speedShare: left }: Conditions,
  card: Card,
  activity: Omit<StepCost, 'timeMs'>,
): number {
  if (limitW === null) return left
  const demandW = loadPowerW(card, { ...activity, busy: 1 })
  return left * speedShare({ demandW, limitW, idleW: idlePowerW(card) })
}
