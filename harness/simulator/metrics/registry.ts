import type { MetricNames } from './generations.ts'
import { Counter, Gauge, Histogram, type Labels, type Metric } from './prometheus.ts'

/** A label besides the common ones, with all its values. */
export interface ExtraLabel {
  readonly name: string
  readonly values: readonly string[]
}

/** The metrics of one engine: all named `vllm:…`, with the same labels, printed in the order of creation. */
export class Registry {
  readonly #labels: Labels
  readonly #createdS: number
  readonly #metrics: Metric[] = []
  readonly #names: MetricNames

  constructor(modelName: string, createdS: number, names: MetricNames = {}) {
    this.#names = names
    this.#labels = { engine: '0', model_name: modelName }
    this.#createdS = createdS
  }

  gauge(name: string, help: string, extra?: ExtraLabel): Gauge {
    return this.#keep(name, (named) => new Gauge(named, help, this.#series(extra)))
  }

  counter(name: string, help: string, extra?: ExtraLabel): Counter {
    return this.#keep(name, (named) => new Counter(named, help, this.#series(extra), this.#createdS))
  }

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#keep(name, (named) => new Histogram(named, help, this.#labels, { bounds, createdS: this.#createdS }))
  }

  /** A gauge of value 1 whose labels contain the information. */
  info(name: string, help: string, labels: Labels): void {
    this.#keep(name, (named) => new Gauge(named, help, [{ engine: '0', ...labels }])).set(1)
  }

  /** The text of the page. */
  render(): string {
    return this.#metrics.map((metric) => metric.render()).join('')
  }

  #series(extra: ExtraLabel | undefined): Labels[] {
    return extra === undefined
      ? [this.#labels]
      : extra.values.map((value) => ({ ...this.#labels, [extra.name]: value }))
  }

  /** A metric that this generation does not have is counted but not printed. */
  #keep<Kept extends Metric>(name: string, make: (named: string) => Kept): Kept {
    const exported = this.#names[name]
    const metric = make(`vllm:${exported ?? name}`)
    if (exported !== null) this.#metrics.push(metric)
    return metric
  }
}
