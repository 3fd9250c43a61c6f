/** Why the energy counter is not available. It is a second source for energy, so none of these stops a run. */
export type NvmlFault =
  /** The optional dependency koffi is not installed or does not load. */
  | 'no-koffi'
  /** There is no libnvidia-ml.so.1, or it lacks a function. */
  | 'no-library'
  | 'driver-not-loaded'
  /** The card has no energy counter: older than Volta, a vGPU, or a MIG slice. */
  | 'not-supported'
  /** The counter decreased: the driver was reloaded. */
  | 'counter-reset'
  | 'no-permission'
  /** NVML did not answer in time; its process was killed. */
  | 'hung'
  /** NVML's process crashed, or NVML returned another error. */
  | 'failed'

/** Why there is no reading, of all cards or of one. */
export interface NoCounter {
  readonly state: NvmlFault
  readonly reason: string
}

/** A reading of the counters, or why there is none. Energy is in millijoules since the driver was last loaded. */
export type CounterResult =
  | {
      readonly state: 'ok'
      readonly energyMj: Readonly<Record<string, number>>
      /** Cards without a reading, by UUID; absent where every card has one. */
      readonly without?: Readonly<Record<string, NoCounter>>
    }
  | NoCounter

/** Requests to the child process. It replies to each with a `CounterResult` under the same id. */
export type CounterRequest =
  | { readonly id: number; readonly ask: 'open'; readonly library: string; readonly uuids: readonly string[] }
  | { readonly id: number; readonly ask: 'read' }
export type CounterReply = { readonly id: number; readonly result: CounterResult }

/** NVML's return codes (nvml.h, nvmlReturn_t) as our states. */
export function faultOf(code: number): NoCounter {
  const named: Readonly<Record<number, readonly [NvmlFault, string]>> = {
    1: ['failed', 'NVML was not initialised'],
    2: ['failed', 'NVML did not accept an argument'],
    3: ['not-supported', 'this card has no energy counter'],
    4: ['no-permission', 'this user may not use NVML'],
    6: ['failed', 'NVML found no card with that UUID'],
    8: ['failed', 'the power cable of the card is not attached'],
    9: ['driver-not-loaded', 'the NVIDIA driver is not loaded'],
    10: ['failed', 'the driver timed out'],
    11: ['failed', 'the kernel found an interrupt problem with the card'],
    12: ['no-library', 'NVML did not find its own library'],
    13: ['no-library', 'this NVML lacks a function'],
    14: ['failed', 'the infoROM of the card is corrupt'],
    15: ['failed', 'the card fell off the bus'],
    16: ['failed', 'the card requires a reset'],
    17: ['no-permission', 'the operating system blocks access to the card'],
    18: ['failed', 'driver and library versions differ: reboot, or install the library of the loaded module'],
    19: ['failed', 'another program uses the card exclusively'],
    20: ['failed', 'not enough memory'],
    999: ['failed', 'unknown error of the driver: in a container, it may have lost its devices'],
  }
  const [state, reason] = named[code] ?? (['failed', 'NVML failed'] as const)
  return { state, reason: `${reason} (NVML code ${code})` }
}
