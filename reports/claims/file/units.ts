/** A kind of quantity: its base unit, and the others with their factor to it. */
export interface Dimension {
  readonly what: string
  readonly base: string
  /** Base units per unit; the base unit is among them. */
  readonly units: Readonly<Record<string, number>>
  /** Units of the inverse, such as images/s for seconds per image: base = factor / value. */
  readonly inverse?: Readonly<Record<string, number>>
  /** Whether a value may stand without a unit: counts only. */
  readonly unitless?: true
}

const counted = (what: string, base: string, names: readonly string[]): Dimension => ({
  what,
  base,
  units: Object.fromEntries([base, ...names].map((name) => [name, 1])),
  unitless: true,
})

export const smCount = counted('number of SMs', 'SM', ['SMs'])
export const coreCount = counted('number of cores', 'cores', ['core', 'CUDA cores', 'tensor cores', 'Tensor cores'])
export const slotCount = counted('number of slots', 'slots', ['slot'])
export const clockRate: Dimension = { what: 'clock', base: 'GHz', units: { GHz: 1, MHz: 1e-3 } }
/** A card's label means binary units by either name: the 24 GB of an RTX 4090 are 24 GiB. */
export const memorySize: Dimension = {
  what: 'memory',
  base: 'GB',
  units: { GB: 1, GiB: 1, MB: 1 / 1024, MiB: 1 / 1024, TB: 1024, TiB: 1024 },
}
export const cacheSize: Dimension = {
  what: 'cache',
  base: 'MB',
  units: { MB: 1, MiB: 1, KB: 1 / 1024, kB: 1 / 1024, KiB: 1 / 1024 },
}
export const bandwidth: Dimension = {
  what: 'bandwidth',
  base: 'GB/s',
  units: {
    'GB/s': 1,
    GBps: 1,
    'GB/sec': 1,
    'TB/s': 1000,
    TBps: 1000,
    'TB/sec': 1000,
    'MB/s': 1e-3,
    'GiB/s': 2 ** 30 / 1e9,
    'TiB/s': 2 ** 40 / 1e9,
    Gbps: 1 / 8,
    'Gb/s': 1 / 8,
    'Gbit/s': 1 / 8,
    Tbps: 125,
    'Tb/s': 125,
  },
}
export const busWidth: Dimension = { what: 'bus width', base: 'bit', units: { bit: 1, bits: 1, 'bit-wide': 1 } }
export const arithmeticRate: Dimension = {
  what: 'arithmetic rate',
  base: 'TFLOPS',
  units: {
    TFLOPS: 1,
    'TFLOP/s': 1,
    TFLOPs: 1,
    TFlops: 1,
    TOPS: 1,
    PFLOPS: 1000,
    'PFLOP/s': 1000,
    PFLOPs: 1000,
    POPS: 1000,
    GFLOPS: 1e-3,
  },
}
export const power: Dimension = { what: 'power', base: 'W', units: { W: 1, watt: 1, watts: 1, Watts: 1, kW: 1000 } }
export const money: Dimension = { what: 'price', base: 'GBP', units: { GBP: 1, '£': 1 } }

/** Each way to write tokens, and a second. */
const tokenWords = ['tokens', 'token', 'tok', 't']
const perTime = (words: readonly string[], ending = ''): Record<string, number> =>
  Object.fromEntries(
    words.flatMap((word) => [
      ...['/s', '/sec', '/second', ' per second'].map((time) => [`${word}${time}${ending}`, 1]),
      ...['/min', ' per minute'].map((time) => [`${word}${time}${ending}`, 1 / 60]),
    ]),
  )
const streamWords = [' per stream', '/stream', ' per user', '/user', ' per request', '/request']

/** Of all streams together. */
export const tokenRate: Dimension = {
  what: 'token rate',
  base: 'tokens/s',
  units: { ...perTime(tokenWords), TPS: 1, tps: 1, 'ktokens/s': 1000, 'ktok/s': 1000, 'k tokens/s': 1000 },
}
export const streamRate: Dimension = {
  what: 'token rate of one stream',
  base: 'tokens/s per stream',
  units: Object.assign({}, ...streamWords.map((ending) => perTime(tokenWords, ending))) as Record<string, number>,
  inverse: { 'ms/token': 1000, 'ms per token': 1000, 's/token': 1 },
}
const imageWords = ['image', 'img']
/** Of each GPU that shares the model. */
export const gpuRate: Dimension = {
  what: 'token rate of one GPU',
  base: 'tokens/s per GPU',
  units: Object.assign({}, ...[' per GPU', '/GPU', '/gpu'].map((ending) => perTime(tokenWords, ending))) as Record<
    string,
    number
  >,
}
export const imageTime: Dimension = {
  what: 'time per image',
  base: 's/image',
  units: {
    ...Object.fromEntries(imageWords.flatMap((word) => [`s/${word}`, `sec/${word}`].map((unit) => [unit, 1]))),
    's per image': 1,
    'seconds per image': 1,
    s: 1,
    sec: 1,
    seconds: 1,
    'ms/image': 1e-3,
    ms: 1e-3,
  },
  inverse: {
    ...Object.fromEntries(['images', ...imageWords].map((word) => [`${word}/s`, 1])),
    ...Object.fromEntries(['images', ...imageWords].map((word) => [`${word}/min`, 60])),
  },
}
export const stepRate: Dimension = {
  what: 'training steps',
  base: 'steps/s',
  units: { ...perTime(['steps', 'step', 'it']) },
  inverse: { 's/step': 1, 's/it': 1 },
}

/** The dimensions of a throughput row. */
export const rateDimensions: readonly Dimension[] = [tokenRate, streamRate, gpuRate, imageTime, stepRate]

/** How a unit becomes the base unit of its dimension. */
export interface Conversion {
  readonly base: string
  readonly factor: number
  readonly inverse: boolean
}

/** The conversion of a unit into the first dimension that has it; null for a unit that none has. */
export function conversionOf(unit: string | undefined, dimensions: readonly Dimension[]): Conversion | null {
  const name = unit?.trim().replaceAll(/\s+/g, ' ')
  for (const { base, units, inverse, unitless } of dimensions) {
    if (name === undefined) {
      if (unitless) return { base, factor: 1, inverse: false }
      continue
    }
    if (Object.hasOwn(units, name)) return { base, factor: units[name]!, inverse: false }
    if (inverse && Object.hasOwn(inverse, name)) return { base, factor: inverse[name]!, inverse: true }
  }
  return null
}

/** A value in the base unit. */
export const inBase = (value: number, { factor, inverse }: Conversion): number =>
  inverse ? factor / value : value * factor

/** All names of units of some dimensions, base units first. */
export function unitNames(dimensions: readonly Dimension[]): string[] {
  const all = dimensions.flatMap(({ units, inverse }) => [...Object.keys(units), ...Object.keys(inverse ?? {})])
  return [...new Set([...dimensions.map(({ base }) => base), ...all])]
}
