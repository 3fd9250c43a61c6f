/** Steady-state temperature above ambient at full board power. */
const RISE_AT_TDP_C = 44
const AMBIENT_C = 26
const TIME_CONSTANT_MS = 25_000

/** The chip's temperature: a first-order lag behind power. */
export class ThermalModel {
  readonly #tdpW: number
  #temperatureC: number
  #atMs: number

  constructor(tdpW: number, idleW: number, nowMs: number) {
    this.#tdpW = tdpW
    this.#temperatureC = AMBIENT_C + (RISE_AT_TDP_C * idleW) / tdpW
    this.#atMs = nowMs
  }

  /** The temperature now, after `meanPowerW` since the last call. */
  advance(nowMs: number, meanPowerW: (fromMs: number, toMs: number) => number): number {
    if (nowMs <= this.#atMs) return this.#temperatureC
    const target = AMBIENT_C + (RISE_AT_TDP_C * meanPowerW(this.#atMs, nowMs)) / this.#tdpW
    const keep = Math.exp(-(nowMs - this.#atMs) / TIME_CONSTANT_MS)
    this.#temperatureC = target + (this.#temperatureC - target) * keep
    this.#atMs = nowMs
    return this.#temperatureC
  }
}
