import { SensorFaults, type Silence } from '../faults/sensor-faults.ts'
import type { Hardware } from '../hardware.ts'
import type { SimulatorOptions } from '../options.ts'
import type { SmiState } from '../smi/state.ts'
import { SIMULATED_DRIVER } from './identity.ts'
import { cardPower } from './power-model.ts'
import { SimulatedCard } from './simulated-card.ts'

const CUDA_VERSION = '13.0'

/** The box with its cards, as nvidia-smi sees it. The first card serves the model, the others have nothing to do. */
export class Machine {
  readonly #cards: readonly SimulatedCard[]
  readonly #serving: SimulatedCard
  readonly #faults: SensorFaults

  constructor(options: SimulatorOptions, { card, usedMiB }: Hardware, nowMs: number) {
    this.#faults = new SensorFaults(options.sensorFaults)
    const server = { pid: process.pid, name: 'VLLM::EngineCore', usedMiB }
    const cardAt = (index: number): SimulatedCard => {
      const powerLimitW = index === 0 ? this.#faults.powerLimitW(card.tdpW.value) : card.tdpW.value
      const power = cardPower(card, powerLimitW)
      return new SimulatedCard({
        card,
        power,
        powerLimitW,
        seed: options.seed,
        index,
        process: index === 0 ? server : null,
        nowMs,
      })
    }
    this.#serving = cardAt(0)
    this.#cards = [this.#serving, ...Array.from({ length: options.gpus - 1 }, (_, index) => cardAt(index + 1))]
  }

  /** The card that the engine works. */
  get serving(): SimulatedCard {
    return this.#serving
  }

  /** What nvidia-smi prints now. */
  smiState(nowMs: number): SmiState {
    const busyMs = this.#serving.busyMs(nowMs)
    const gpus = this.#cards.map((card) => {
      const gpu = card.read(nowMs)
      return card === this.#serving ? this.#faults.distort(gpu, nowMs, busyMs) : gpu
    })
    return { driverVersion: SIMULATED_DRIVER, cudaVersion: CUDA_VERSION, gpus }
  }

  /** Whether nvidia-smi gets no answer now. */
  smiSilence(nowMs: number): Silence {
    return this.#faults.silence(nowMs, this.#serving.busyMs(nowMs))
  }

  /** Joules of true power over a span, of each card. */
  trueEnergyJ(fromMs: number, toMs: number): number[] {
    return this.#cards.map((card) => card.trueEnergyJ(fromMs, toMs))
  }
}
