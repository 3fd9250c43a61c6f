import { field, fixed, type SmiField } from './field.ts'

const AVERAGE_POWER =
  'The average power draw for the entire board over the last second, in watts. Accurate to +/- 5 watts.'

/** Fields of current sensor readings. */
export const readingFields: readonly SmiField[] = [
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
  field(['temperature.gpu'], null, 'Core GPU temperature. in degrees C.', (gpu) => gpu.temperatureC),
  field(['temperature.memory'], null, 'HBM memory temperature. in degrees C.', () => 'N/A'),
  field(['power.draw'], 'W', AVERAGE_POWER, (gpu) => fixed(gpu.power.drawW)),
  field(['power.draw.average'], 'W', AVERAGE_POWER, (gpu) => fixed(gpu.power.drawW)),
  field(
    ['power.draw.instant'],
    'W',
    'The last measured instant power draw for the entire board, in watts. Accurate to +/- 5 watts.',
    (gpu) => fixed(gpu.power.instantW),
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
]
