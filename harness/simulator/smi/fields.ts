import { eventReason, type SmiGpu, type SmiState } from './state.ts'

/** One property of `--query-gpu`. */
export interface SmiField {
  /** The name that the header prints first, then the names that are taken too. */
  readonly names: readonly [string, ...string[]]
  readonly unit: string | null
  readonly help: string
  /** The text without its unit; null prints as `[N/A]`. */
  readonly read: (gpu: SmiGpu, state: SmiState) => string | null
}

const field = (
  names: readonly [string, ...string[]],
  unit: string | null,
  help: string,
  read: (gpu: SmiGpu, state: SmiState) => string | number | null,
): SmiField => ({
  names,
  unit,
  help,
  read: (gpu, state) => {
    const value = read(gpu, state)
    return value === null ? null : String(value)
  },
})

const fixed = (value: number): string => value.toFixed(2)
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

const AVERAGE_POWER =
  'The average power draw for the entire board over the last second, in watts. Accurate to +/- 5 watts.'

/** Everything that this nvidia-smi answers to, in the order of its help. */
export const smiFields: readonly SmiField[] = [
  field(['timestamp'], null, 'The timestamp of when the query was made in format "YYYY/MM/DD HH:MM:SS.msec".', () =>
    formatTimestamp(new Date()),
  ),
  field(
    ['driver_version'],
    null,
    'The version of the installed NVIDIA display driver. This is an alphanumeric string.',
    (_, state) => state.driverVersion,
  ),
  field(['count'], null, 'The number of NVIDIA GPUs in the system.', (_, state) => state.gpus.length),
  field(
    ['name', 'gpu_name'],
    null,
    'The official product name of the GPU. This is an alphanumeric string.',
    (gpu) => gpu.name,
  ),
  field(
    ['serial', 'gpu_serial'],
    null,
    'This number matches the serial number physically printed on each board.',
    () => null,
  ),
  field(
    ['uuid', 'gpu_uuid'],
    null,
    'This value is the globally unique immutable alphanumeric identifier of the GPU.',
    (gpu) => gpu.uuid,
  ),
  field(
    ['pci.bus_id', 'gpu_bus_id'],
    null,
    'PCI bus id as "domain:bus:device.function", in hex.',
    (gpu) => gpu.pci.busId,
  ),
  field(['pci.device_id'], null, 'PCI vendor device id, in hex', (gpu) => gpu.pci.deviceId),
  field(['pci.sub_device_id'], null, 'PCI Sub System id, in hex', (gpu) => gpu.pci.subDeviceId),
  field(['vbios_version'], null, 'The BIOS of the GPU board.', (gpu) => gpu.vbiosVersion),
  field(
    ['compute_cap'],
    null,
    'The CUDA Compute Capability, represented as Major DOT Minor.',
    (gpu) => gpu.computeCapability,
  ),
  field(
    ['pcie.link.gen.current', 'pcie.link.gen.gpucurrent'],
    null,
    'The current PCI-E link generation. These may be reduced when the GPU is not in use.',
    (gpu) => gpu.pci.gen,
  ),
  field(
    ['pcie.link.gen.max', 'pcie.link.gen.gpumax', 'pcie.link.gen.hostmax'],
    null,
    'The maximum PCI-E link generation possible with this GPU and system configuration.',
    (gpu) => gpu.pci.genMax,
  ),
  field(
    ['pcie.link.width.current'],
    null,
    'The current PCI-E link width. These may be reduced when the GPU is not in use.',
    (gpu) => gpu.pci.width,
  ),
  field(
    ['pcie.link.width.max'],
    null,
    'The maximum PCI-E link width possible with this GPU and system configuration.',
    (gpu) => gpu.pci.widthMax,
  ),
  field(['index'], null, 'Zero based index of the GPU. Can change at each boot.', (gpu) => gpu.index),
  field(
    ['persistence_mode'],
    null,
    'A flag that indicates whether persistence mode is enabled for the GPU.',
    () => 'Enabled',
  ),
  field(
    ['compute_mode'],
    null,
    'The compute mode flag indicates whether compute applications may run on the GPU.',
    () => 'Default',
  ),
  field(['mig.mode.current'], null, 'The MIG mode that the GPU is currently operating under.', () => null),
  field(
    ['fan.speed'],
    '%',
    "The percent of the product's maximum noise tolerance fan speed that the fan is intended to run at.",
    (gpu) => gpu.fanPct,
  ),
  field(
    ['pstate'],
    null,
    'The current performance state for the GPU. States range from P0 (maximum) to P12 (minimum).',
    (gpu) => gpu.pstate,
  ),
  field(
    ['clocks_event_reasons.supported', 'clocks_throttle_reasons.supported'],
    null,
    'Bitmask of supported clock event reasons.',
    () => mask(0x1ff),
  ),
  field(
    ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'],
    null,
    'Bitmask of active clock event reasons.',
    (gpu) => mask(gpu.eventReasons),
  ),
  reasonField(
    'gpu_idle',
    eventReason.gpuIdle,
    'Nothing is running on the GPU and the clocks are dropping to Idle state.',
  ),
  reasonField(
    'applications_clocks_setting',
    eventReason.applicationsClocks,
    'GPU clocks are limited by applications clocks setting.',
  ),
  reasonField(
    'sw_power_cap',
    eventReason.swPowerCap,
    'SW Power Scaling algorithm is reducing the clocks because the GPU is consuming too much power.',
  ),
  reasonField(
    'hw_slowdown',
    eventReason.hwSlowdown,
    'HW Slowdown (reducing the core clocks by a factor of 2 or more) is engaged.',
  ),
  reasonField(
    'hw_thermal_slowdown',
    eventReason.hwThermal,
    'HW Thermal Slowdown is engaged because the temperature is too high.',
  ),
  reasonField(
    'hw_power_brake_slowdown',
    eventReason.hwPowerBrake,
    'HW Power Brake Slowdown is engaged by an external assertion.',
  ),
  reasonField(
    'sw_thermal_slowdown',
    eventReason.swThermal,
    'SW Thermal capping algorithm is reducing clocks because the temperature is too high.',
  ),
  reasonField('sync_boost', eventReason.syncBoost, 'This GPU is in a sync boost group and waits for the others of it.'),
  counterField('sw_power_cap', (gpu) => gpu.powerCapUs),
  counterField('sync_boost', () => 0),
  counterField('sw_thermal_slowdown', () => 0),
  counterField('hw_thermal_slowdown', () => 0),
  counterField('hw_power_brake_slowdown', () => 0),
  field(['memory.total'], 'MiB', 'Total installed GPU memory.', (gpu) => gpu.memory.totalMiB),
  field(
    ['memory.reserved'],
    'MiB',
    'Total memory reserved by the NVIDIA driver and firmware.',
    (gpu) => gpu.memory.reservedMiB,
  ),
  field(['memory.used'], 'MiB', 'Total memory allocated by active contexts.', (gpu) => gpu.memory.usedMiB),
  field(['memory.free'], 'MiB', 'Total free memory.', (gpu) => gpu.memory.freeMiB),
  field(
    ['utilization.gpu'],
    '%',
    'Percent of time over the past sample period during which one or more kernels was executing on the GPU.',
    (gpu) => gpu.utilization.gpuPct,
  ),
  field(
    ['utilization.memory'],
    '%',
    'Percent of time over the past sample period during which global (device) memory was being read or written.',
    (gpu) => gpu.utilization.memoryPct,
  ),
  field(['ecc.mode.current'], null, 'The ECC mode that the GPU is currently operating under.', (gpu) => gpu.eccMode),
  field(
    ['ecc.mode.pending'],
    null,
    'The ECC mode that the GPU will operate under after the next reboot.',
    (gpu) => gpu.eccMode,
  ),
  field(
    ['ecc.errors.corrected.volatile.total'],
    null,
    'Errors detected and corrected since the driver was loaded.',
    eccCount,
  ),
  field(
    ['ecc.errors.uncorrected.volatile.total'],
    null,
    'Errors detected and not corrected since the driver was loaded.',
    eccCount,
  ),
  field(['temperature.gpu'], null, 'Core GPU temperature. in degrees C.', (gpu) => gpu.temperatureC),
  field(['temperature.memory'], null, 'HBM memory temperature. in degrees C.', () => 'N/A'),
  field(
    ['power.management'],
    null,
    'A flag that indicates whether power management is enabled.',
    () => '[Requested functionality has been deprecated]',
  ),
  field(['power.draw'], 'W', AVERAGE_POWER, (gpu) => fixed(gpu.power.drawW)),
  field(['power.draw.average'], 'W', AVERAGE_POWER, (gpu) => fixed(gpu.power.drawW)),
  field(
    ['power.draw.instant'],
    'W',
    'The last measured instant power draw for the entire board, in watts. Accurate to +/- 5 watts.',
    (gpu) => fixed(gpu.power.instantW),
  ),
  field(['power.limit'], 'W', 'The software power limit in watts, as it was requested.', (gpu) =>
    fixed(gpu.power.limitW),
  ),
  field(['enforced.power.limit'], 'W', "The power management algorithm's power ceiling, in watts.", (gpu) =>
    fixed(gpu.power.limitW),
  ),
  field(['power.default_limit'], 'W', 'The default power limit of the board, in watts.', (gpu) =>
    fixed(gpu.power.defaultLimitW),
  ),
  field(['power.min_limit'], 'W', 'The minimum value in watts that power limit can be set to.', (gpu) =>
    fixed(gpu.power.minLimitW),
  ),
  field(['power.max_limit'], 'W', 'The maximum value in watts that power limit can be set to.', (gpu) =>
    fixed(gpu.power.maxLimitW),
  ),
  field(
    ['clocks.current.graphics', 'clocks.gr'],
    'MHz',
    'Current frequency of graphics (shader) clock.',
    (gpu) => gpu.clocks.smMHz,
  ),
  field(
    ['clocks.current.sm', 'clocks.sm'],
    'MHz',
    'Current frequency of SM (Streaming Multiprocessor) clock.',
    (gpu) => gpu.clocks.smMHz,
  ),
  field(
    ['clocks.current.memory', 'clocks.mem'],
    'MHz',
    'Current frequency of memory clock.',
    (gpu) => gpu.clocks.memoryMHz,
  ),
  field(
    ['clocks.current.video', 'clocks.video'],
    'MHz',
    'Current frequency of video encoder/decoder clock.',
    (gpu) => gpu.clocks.videoMHz,
  ),
  field(
    ['clocks.max.graphics', 'clocks.max.gr'],
    'MHz',
    'Maximum frequency of graphics (shader) clock.',
    (gpu) => gpu.clocks.maxSmMHz,
  ),
  field(
    ['clocks.max.sm'],
    'MHz',
    'Maximum frequency of SM (Streaming Multiprocessor) clock.',
    (gpu) => gpu.clocks.maxSmMHz,
  ),
  field(
    ['clocks.max.memory', 'clocks.max.mem'],
    'MHz',
    'Maximum frequency of memory clock.',
    (gpu) => gpu.clocks.maxMemoryMHz,
  ),
]

/** The field that answers to this name. */
export const findField = (name: string): SmiField | undefined =>
  smiFields.find((candidate) => candidate.names.includes(name))

/** Local time as nvidia-smi writes it: without a zone, so TZ of the environment decides. */
export function formatTimestamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  return `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`
}

function eccCount(gpu: SmiGpu): string | null {
  return gpu.eccMode === 'Enabled' ? '0' : null
}

const mask = (bits: number): string => `0x${bits.toString(16).toUpperCase().padStart(16, '0')}`
