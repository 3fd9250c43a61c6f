/** Labels of one series, in the order in which they are printed (Python's client sorts them). */
export type Labels = Readonly<Record<string, string>>

/** A number as printed by Python's Prometheus client: floats, with an exponent from a million on. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  const text = Number.isInteger(value) ? `${value}.0` : String(value)
  const dot = text.indexOf('.')
  if (value <= 0 || dot <= 6 || text.includes('e')) return text
  const digits = `${text.slice(0, dot)}${text.slice(dot + 1)}`.replace(/0+$/, '')
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
  return `${mantissa}e+${String(dot - 1).padStart(2, '0')}`
}

const formatLabels = (labels: Labels): string => {
  const parts = Object.keys(labels)
    .sort()
    .map(
      (name) =>
        `${name}="${(labels[name] as string).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
  return `{${parts.join(',')}}`
}

/** One metric with its series. */
export interface Metric {
  render(): string
}

const heading = (name: string, help: string, type: string): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
const sample = (name: string, labels: Labels, value: number): string =>
  `${name}${formatLabels(labels)} ${formatValue(value)}\n`
const createdLines = (name: string, help: string, series: readonly Labels[], createdS: number): string =>
  heading(`${name}_created`, help, 'gauge') +
  series.map((labels) => sample(`${name}_created`, labels, createdS)).join('')

/** Values that go up and down, one series for each value of a label that is known from the start. */
export class Gauge implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #series: readonly Labels[]
  readonly #values: number[]

  constructor(name: string, help: string, series: readonly Labels[]) {
    this.#name = name
    this.#help = help
    this.#series = series
    this.#values = series.map(() => 0)
  }

  set(value: number, index = 0): void {
    this.#values[index] = value
  }

  render(): string {
    const lines = this.#series.map((labels, index) => sample(this.#name, labels, this.#values[index] as number))
    return heading(this.#name, this.#help, 'gauge') + lines.join('')
  }
}

/** Counts that only go up, one series for each value of a label that is known from the start. */
export class Counter implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #series: readonly Labels[]
  readonly #values: number[]
  readonly #createdS: number

  constructor(name: string, help: string, series: readonly Labels[], createdS: number) {
    this.#name = name
    this.#help = help
    this.#series = series
    this.#values = series.map(() => 0)
    this.#createdS = createdS
  }

  add(amount: number, index = 0): void {
    this.#values[index] = (this.#values[index] as number) + amount
  }

  render(): string {
    const total = `${this.#name}_total`
    const lines = this.#series.map((labels, index) => sample(total, labels, this.#values[index] as number))
    return (
      heading(total, this.#help, 'counter') +
      lines.join('') +
      createdLines(this.#name, this.#help, this.#series, this.#createdS)
    )
  }
}

/** A distribution in cumulative buckets. */
export class Histogram implements Metric {
  readonly #name: string
  readonly #help: string
  readonly #labels: Labels
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  readonly #createdS: number
  #sum = 0

  /** `bounds` are the upper bounds of the buckets except the last, which is +Inf. */
  constructor(
    name: string,
    help: string,
    labels: Labels,
    { bounds, createdS }: { readonly bounds: readonly number[]; readonly createdS: number },
  ) {
    this.#name = name
    this.#help = help
    this.#labels = labels
    this.#bounds = [...bounds, Number.POSITIVE_INFINITY]
    this.#counts = this.#bounds.map(() => 0)
    this.#createdS = createdS
  }

  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound)
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.#sum += value
  }

  render(): string {
    let cumulative = 0
    const buckets = this.#bounds.map((bound, index) => {
      cumulative += this.#counts[index] as number
      return sample(`${this.#name}_bucket`, { ...this.#labels, le: formatValue(bound) }, cumulative)
    })
    return [
      heading(this.#name, this.#help, 'histogram'),
      ...buckets,
      sample(`${this.#name}_count`, this.#labels, cumulative),
      sample(`${this.#name}_sum`, this.#labels, this.#sum),
      createdLines(this.#name, this.#help, [this.#labels], this.#createdS),
    ].join('')
  }
}
