/**
 * Bits of the mask in `clocks_event_reasons.active`: the reasons for the current clocks. NVML names them
 * `nvmlClocksEventReason…` (nvml.h); nvidia-smi prints the mask as 64-bit hexadecimal, all known bits lie below 2^31.
 */
export const eventReasonBits = {
  gpuIdle: 0x1,
  applicationsClocksSetting: 0x2,
  swPowerCap: 0x4,
  hwSlowdown: 0x8,
  syncBoost: 0x10,
  swThermalSlowdown: 0x20,
  hwThermalSlowdown: 0x40,
  hwPowerBrakeSlowdown: 0x80,
  displayClockSetting: 0x100,
} as const
export type EventReason = keyof typeof eventReasonBits

/** All reasons, in the order of their bits. */
export const eventReasons = Object.keys(eventReasonBits) as EventReason[]

/** Whether a reason is set in a mask as nvidia-smi prints it (`0x0000000000000004`). Throws on what is not a number. */
export const isReasonActive = (mask: string, reason: EventReason): boolean =>
  (BigInt(mask) & BigInt(eventReasonBits[reason])) !== 0n
