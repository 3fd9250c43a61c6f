import { field, fixed, type SmiField } from './field.ts'
import type { SmiGpu } from './state.ts'

/** Fields of identity and settings, which change between runs but not within a run. */
export const identityFields: readonly SmiField[] = [
  field(
    ['timestamp'],
    null,
    'The timestamp of when the query was made in format "YYYY/MM/DD HH:MM:SS.msec".',
    (_, state) => formatTimestamp(new Date(state.atMs)),
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
  field(['mig.mode.current'], null, 'The MIG mode that the GPU is currently operating under.', (gpu) => gpu.migMode),
  field(['memory.total'], 'MiB', 'Total installed GPU memory.', (gpu) => gpu.memory.totalMiB),
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
    (gpu) => eccCount(gpu, gpu.eccCorrected),
  ),
  field(
    ['ecc.errors.uncorrected.volatile.total'],
    null,
    'Errors detected and not corrected since the driver was loaded.',
    (gpu) => eccCount(gpu, gpu.eccUncorrected),
  ),
  field(
    ['power.management'],
    null,
    'A flag that indicates whether power management is enabled.',
    () => '[Requested functionality has been deprecated]',
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

/** Local time as printed by nvidia-smi: without a zone, so it depends on TZ of the environment. */
function formatTimestamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  return `${date} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`
}

function eccCount(gpu: SmiGpu, count: number): number | null {
  return gpu.eccMode === 'Enabled' ? count : null
}
