const AMBIENT_C = 26

/** How well a card is cooled. */
export interface Cooling {
  /** Steady-state temperature above ambient at full board power. */
  readonly riseAtTdpC: number
  readonly timeConstantMs: number
}

const usualCooling: Cooling = { riseAtTdpC: 44, timeConstantMs: 25_000 }

/** Mean power in W that this cooling carries away at a chip temperature. */
export const removedW = ({ riseAtTdpC }: Cooling, tdpW: number, temperatureC: number): number =>
  (tdpW * (temperatureC - AMBIENT_C)) / riseAtTdpC

/** The chip's temperature: a first-order lag behind power. */
export class ThermalModel {
  readonly #tdpW: number
  readonly #cooling: Cooling
  #temperatureC: number
  #atMs: number

  constructor(tdpW: number, idleW: number, nowMs: number, cooling = usualCooling) {
    this.#tdpW = tdpW
    this.#cooling = cooling
    this.#temperatureC = AMBIENT_C + (cooling.riseAtTdpC * idleW) / tdpW
    this.#atMs = nowMs
  }

  /** The temperature now, after `meanPowerW` since the last call. */
  advance(nowMs: number, meanPowerW: (fromMs: number, toMs: number) => number): number {
    if (nowMs <= this.#atMs) return this.#temperatureC
    const { riseAtTdpC, timeConstantMs } = this.#cooling
    const target = AMBIENT_C + (riseAtTdpC * meanPowerW(this.#atMs, nowMs)) / this.#tdpW
    const keep = Math.exp(-(nowMs - this.#atMs) / timeConstantMs)
    this.#temperatureC = target + (this.#temperatureC - target) * keep
    this.#atMs = nowMs
    return this.#temperatureC
  }
}
