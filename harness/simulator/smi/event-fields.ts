import { eventReasonBits } from '../../catalogue/nvml-event-reasons.ts'
import { field, type SmiField } from './field.ts'
import type { SmiGpu } from './state.ts'

const activity = (gpu: SmiGpu, bit: number): string => ((gpu.eventReasons & bit) === 0 ? 'Not Active' : 'Active')
const reasonField = (name: string, bit: number, help: string): SmiField =>
  field([`clocks_event_reasons.${name}`, `clocks_throttle_reasons.${name}`], null, help, (gpu) => activity(gpu, bit))

const counterField = (name: string, read: (gpu: SmiGpu) => number): SmiField =>
  field(
    [`clocks_event_reasons_counters.${name}`],
    'us',
    'Time for which clocks were reduced for this reason, in microseconds.',
    read,
  )

const mask = (bits: number): string => `0x${bits.toString(16).toUpperCase().padStart(16, '0')}`

/** Fields with the reasons for the current clocks. */
export const eventFields: readonly SmiField[] = [
  field(
    ['clocks_event_reasons.supported', 'clocks_throttle_reasons.supported'],
    null,
    'Bitmask of supported clock event reasons.',
    () => mask(Object.values(eventReasonBits).reduce((all, bit) => all | bit, 0)),
  ),
  field(
    ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'],
    null,
    'Bitmask of active clock event reasons.',
    (gpu) => mask(gpu.eventReasons),
  ),
  reasonField(
    'gpu_idle',
    eventReasonBits.gpuIdle,
    'Nothing is running on the GPU and the clocks are dropping to Idle state.',
  ),
  reasonField(
    'applications_clocks_setting',
    eventReasonBits.applicationsClocksSetting,
    'GPU clocks are limited by applications clocks setting.',
  ),
  reasonField(
    'sw_power_cap',
    eventReasonBits.swPowerCap,
    'SW Power Scaling algorithm is reducing the clocks because the GPU is consuming too much power.',
  ),
  reasonField(
    'hw_slowdown',
    eventReasonBits.hwSlowdown,
    'HW Slowdown (reducing the core clocks by a factor of 2 or more) is engaged.',
  ),
  reasonField(
    'hw_thermal_slowdown',
    eventReasonBits.hwThermalSlowdown,
    'HW Thermal Slowdown is engaged because the temperature is too high.',
  ),
  reasonField(
    'hw_power_brake_slowdown',
    eventReasonBits.hwPowerBrakeSlowdown,
    'HW Power Brake Slowdown is engaged by an external assertion.',
  ),
  reasonField(
    'sw_thermal_slowdown',
    eventReasonBits.swThermalSlowdown,
    'SW Thermal capping algorithm is reducing clocks because the temperature is too high.',
  ),
  reasonField(
    'sync_boost',
    eventReasonBits.syncBoost,
    'This GPU is in a sync boost group and waits for the others of it.',
  ),
  counterField('sw_power_cap', (gpu) => gpu.powerCapUs),
  counterField('sync_boost', () => 0),
  counterField('sw_thermal_slowdown', () => 0),
  counterField('hw_thermal_slowdown', (gpu) => gpu.hwThermalUs),
  counterField('hw_power_brake_slowdown', (gpu) => gpu.hwPowerBrakeUs),
]
