import type { Card } from '../catalogue/types.ts'
import { Machine, type ServerProcess } from './card/machine.ts'
import type { SimulatorOptions } from './options.ts'
import type { MachineContext } from './server/context.ts'

/** A machine without a token engine: its cards and the queries of nvidia-smi. */
export function bareMachine(
  options: SimulatorOptions,
  card: Card,
  serverProcess: ServerProcess | null,
  nowMs: () => number,
): { readonly machine: Machine; readonly context: MachineContext } {
  const machine = new Machine(options, card, serverProcess, nowMs())
  const context: MachineContext = {
    driver: { catchUp: () => {} },
    nowMs,
    smiState: (atMs) => machine.smiState(atMs),
    smiNoAnswer: () => machine.smiNoAnswer(nowMs()),
    trueEnergyJ: (fromMs, toMs) => machine.trueEnergyJ(fromMs, toMs),
  }
  return { machine, context }
}
