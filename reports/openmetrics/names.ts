import { labelOf, type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import type { FamilyHead } from './exposition.ts'

/** What a unit of the catalogue is in base units: value / perBase, in this one. */
interface BaseUnit {
  /** How a key of the catalogue says the unit. */
  readonly inKey: RegExp
  readonly unit: string
  readonly perBase: number
}

const ratePerSecond = (counted: string): BaseUnit => ({
  inKey: new RegExp(`${counted}PerS$`, 'i'),
  unit: `${counted}_per_second`,
  perBase: 1,
})

/** Units of the catalogue, by their text in it. */
const baseUnits: Readonly<Record<string, BaseUnit>> = {
  ms: { inKey: /Ms(?=P\d|$)/, unit: 'seconds', perBase: 1000 },
  s: { inKey: /Seconds/, unit: 'seconds', perBase: 1 },
  W: { inKey: /W$/, unit: 'watts', perBase: 1 },
  J: { inKey: /J$/, unit: 'joules', perBase: 1 },
  MiB: { inKey: /MiB$/, unit: 'bytes', perBase: 1 / 1024 ** 2 },
  'tokens/s': ratePerSecond('tokens'),
  'requests/s': ratePerSecond('requests'),
  'images/s': ratePerSecond('images'),
  'texts/s': ratePerSecond('texts'),
  'steps/s': ratePerSecond('steps'),
  'sessions/h': { inKey: /SessionsPerHour$/, unit: 'sessions_per_second', perBase: 3600 },
  'tokens/J': { inKey: /tokensPerJ$/i, unit: 'tokens_per_joule', perBase: 1 },
}

/** A metric of the catalogue as it is exported: its mean, and both ends of its 95 % interval. */
export interface ExportedMetric {
  readonly mean: FamilyHead
  readonly low: FamilyHead
  readonly high: FamilyHead
  /** Units of the catalogue in one base unit: a value of the record is divided by it. */
  readonly perBase: number
}

/** How a metric of the catalogue is exported. Throws TypeError for a unit that has no base unit here. */
export function exportedMetric(key: MetricKey): ExportedMetric {
  const { name, unit, perBase } = namedUnit(key)
  const { label, formula } = metrics[key]
  const end = (side: 'low' | 'high'): FamilyHead => ({
    name: `joulemark_ci95_${side}_${name}`,
    help: `${labelOf(key)}: ${side} end of the 95 % interval of the mean, in the unit of this name.`,
    unit,
  })
  const mean = {
    name: `joulemark_${name}`,
    help: `${label}: ${formula}. Mean over the trials of the newest run.`,
    unit,
  }
  return { mean, low: end('low'), high: end('high'), perBase }
}

interface NamedUnit {
  readonly name: string
  readonly unit: string | null
  readonly perBase: number
}

/** The key of a metric in words, with its base unit last: `ttftMsP50` is `ttft_p50_seconds`. */
function namedUnit(key: MetricKey): NamedUnit {
  const { unit, shownAs } = metrics[key]
  if (unit === '1') return shownAs?.unit === '%' ? ratio(key) : { name: snake(key), unit: null, perBase: 1 }
  const [, dividend, count, divisor] = /^(joules|seconds)Per(\d*)(.+)$/.exec(key) ?? []
  if (dividend !== undefined && divisor !== undefined) {
    // per 1,000 texts: the base unit is one text
    const name = `${dividend}_per_${snake(count === '' ? divisor : divisor.replace(/s$/, ''))}`
    return { name, unit: name, perBase: count === '' ? 1 : Number(count) }
  }
  const base = baseUnits[unit]
  if (base === undefined || !base.inKey.test(key)) throw new TypeError(`${key}: no base unit for ${unit}`)
  const rest = snake(key.replace(base.inKey, ''))
  return { name: rest === '' ? base.unit : `${rest}_${base.unit}`, unit: base.unit, perBase: base.perBase }
}

const ratio = (key: string): NamedUnit => ({
  name: `${snake(key.replace(/(Rate|Share)(?=[A-Z]|$)/, ''))}_ratio`,
  unit: 'ratio',
  perBase: 1,
})

const snake = (words: string): string => words.replace(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase()
