import type { SmiGpu } from '../smi/state.ts'
import type { SensorFaultName } from './names.ts'

type Change = (gpu: SmiGpu) => Partial<SmiGpu>
const cells =
  (...all: readonly (readonly [string, string])[]): Change =>
  ({ cells: before }) => ({ cells: { ...before, ...Object.fromEntries(all) } })

const NOT_REPORTED = '[N/A]'
const RESET = '[GPU requires reset]'
const LOST = '[GPU is lost]'
const lostFields = [
  'uuid',
  'power.draw',
  'power.draw.instant',
  'memory.used',
  'utilization.gpu',
  'utilization.memory',
  'clocks.current.sm',
  'clocks.current.memory',
  'temperature.gpu',
  'clocks_event_reasons.active',
] as const

/** A card that does not serve as a whole, or does not report its memory: from the start. */
const always: Partial<Record<SensorFaultName, Change>> = {
  'mig-slice': (gpu) => ({
    migMode: 'Enabled',
    ...cells(['utilization.gpu', NOT_REPORTED], ['utilization.memory', NOT_REPORTED])(gpu),
  }),
  vgpu: () => ({ virtualization: 'VGPU' }),
  'hidden-memory': cells(['memory.used', NOT_REPORTED], ['memory.total', NOT_REPORTED]),
  'hidden-power': cells(['power.draw', NOT_REPORTED], ['power.draw.instant', NOT_REPORTED]),
}
/** A card that stops working: from soon after the load started, permanently. */
const underLoad: Partial<Record<SensorFaultName, Change>> = {
  'requires-reset': cells(['utilization.gpu', RESET], ['temperature.gpu', RESET], ['pstate', RESET]),
  'gpu-lost': cells(...lostFields.map((name) => [name, LOST] as const)),
}

/** A card that is lost, as nvidia-smi shows it. */
export const lostCard = (gpu: SmiGpu): SmiGpu => ({ ...gpu, ...underLoad['gpu-lost']?.(gpu) })

/** A card as nvidia-smi shows it with these faults, from its true state; `hasBegun` soon after the load started. */
export function faultyCard(names: readonly SensorFaultName[], gpu: SmiGpu, hasBegun: boolean): SmiGpu {
  const changes = names.flatMap((name) => always[name] ?? (hasBegun ? (underLoad[name] ?? []) : []))
  let shown = gpu
  for (const change of changes) shown = { ...shown, ...change(shown) }
  return shown
}

/** The line of an Xid in the stream of the loop, as drivers print it. */
export const xidLine = ({ pci }: SmiGpu): string => `GPU ${pci.busId}: Xid 79, GPU has fallen off the bus.`
