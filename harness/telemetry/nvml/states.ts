/** Why the energy counter is not available. It is a second source for energy, so none of these stops a run. */
export type NvmlFault =
  /** The optional dependency koffi is not installed or does not load. */
  | 'no-koffi'
  /** There is no libnvidia-ml.so.1, or it lacks a function. */
  | 'no-library'
  | 'driver-not-loaded'
  /** The card has no energy counter: older than Volta, or a vGPU. */
  | 'not-supported'
  /** The counter decreased: the driver was reloaded. */
  | 'counter-reset'
  | 'no-permission'
  /** NVML did not answer in time; its process was killed. */
  | 'hung'
  /** NVML's process crashed, or NVML returned another error. */
  | 'failed'

/** A reading of the counters, or why there is none. Energy is in millijoules since the driver was last loaded. */
export type CounterResult =
  | { readonly state: 'ok'; readonly energyMj: Readonly<Record<string, number>> }
  | { readonly state: NvmlFault; readonly reason: string }

/** Requests to the child process. It replies to each with a `CounterResult` under the same id. */
export type CounterRequest =
  | { readonly id: number; readonly ask: 'open'; readonly library: string; readonly uuids: readonly string[] }
  | { readonly id: number; readonly ask: 'read' }
export type CounterReply = { readonly id: number; readonly result: CounterResult }

/** NVML's return codes (nvml.h, nvmlReturn_t) as our states. */
export function faultOf(code: number): { state: NvmlFault; reason: string } {
  const named: Readonly<Record<number, readonly [NvmlFault, string]>> = {
    3: ['not-supported', 'this card has no energy counter'],
    4: ['no-permission', 'this user may not use NVML'],
    6: ['failed', 'NVML found no card with that UUID'],
    9: ['driver-not-loaded', 'the NVIDIA driver is not loaded'],
    12: ['no-library', 'NVML did not find its own library'],
    13: ['no-library', 'this NVML lacks a function'],
    15: ['failed', 'the card fell off the bus'],
    18: ['failed', 'driver and library versions differ: reboot'],
  }
  const [state, reason] = named[code] ?? (['failed', 'NVML failed'] as const)
  return { state, reason: `${reason} (NVML code ${code})` }
}
