import type { Card } from '../catalogue/types.ts'
import { Machine, type Tenant } from './card/machine.ts'
import type { SimulatorOptions } from './options.ts'
import type { MachineContext } from './server/context.ts'

/** A box without an engine of tokens: its cards, and what nvidia-smi may ask of them. */
export function bareMachine(
  options: SimulatorOptions,
  card: Card,
  tenant: Tenant | null,
  nowMs: () => number,
): { readonly machine: Machine; readonly context: MachineContext } {
  const machine = new Machine(options, card, tenant, nowMs())
  const context: MachineContext = {
    driver: { catchUp: () => {} },
    nowMs,
    smiState: (atMs) => machine.smiState(atMs),
    smiSilence: () => machine.smiSilence(nowMs()),
    trueEnergyJ: (fromMs, toMs) => machine.trueEnergyJ(fromMs, toMs),
  }
  return { machine, context }
}
