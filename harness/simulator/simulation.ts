import type { Server } from 'node:http'
import { systemClock } from '../clock.ts'
import { SIMULATED_DRIVER } from './card/identity.ts'
import { cardPower } from './card/power-model.ts'
import { SimulatedCard } from './card/simulated-card.ts'
import { driveEngine } from './engine/driver.ts'
import { Engine } from './engine/engine.ts'
import { BLOCK_SIZE, describeHardware, type Hardware } from './hardware.ts'
import { cacheConfigLabels } from './metrics/cache-config.ts'
import { EngineMetrics } from './metrics/engine-metrics.ts'
import type { SimulatorOptions } from './options.ts'
import { seededRandom } from './random.ts'
import { Outbox } from './server/outbox.ts'
import { createApiServer } from './server/server.ts'

/** HTTP, validation and the hop to the engine process, for a prompt of token ids. */
const FRONT_END_MS = 5
const STEP_JITTER_CV = 0.015
/** The first steps of a fresh server are slower: kernels are still being chosen. */
const WARMUP = { warmupExcess: 0.8, warmupSteps: 60 } as const
const CUDA_VERSION = '13.0'

/** A whole simulated machine: cards, engine and server. The caller lets the server listen. */
export interface Simulation {
  readonly server: Server
  stop(): void
}

/** Puts the parts together. Throws when the card or the model is unknown or the model does not fit. */
export function createSimulation(options: SimulatorOptions): Simulation {
  const nowMs = (): number => systemClock.nowMs()
  const startedS = Math.floor(nowMs() / 1000)
  const hardware = describeHardware(options)
  const cards = createCards(options, hardware, nowMs())
  const names = [options.servedModelName ?? (hardware.model.servedAs[0] as string)]
  const metrics = new EngineMetrics({
    modelName: names[0] as string,
    maxModelLen: options.maxModelLen,
    cacheConfig: cacheConfigLabels(options, hardware),
    startedS,
    nowMs,
  })
  const outbox = new Outbox()
  const engine = new Engine(
    {
      blockSize: BLOCK_SIZE,
      // vLLM keeps one block back as the null block.
      blockCount: hardware.gpuBlocks - 1,
      maxNumSeqs: options.maxNumSeqs,
      maxNumBatchedTokens: hardware.maxNumBatchedTokens,
      prefixCaching: options.enablePrefixCaching,
      maxModelLen: options.maxModelLen,
      vocab: hardware.model.vocab,
      seed: options.seed,
      costOf: hardware.costOf,
      frontEndMs: FRONT_END_MS,
      jitterCv: STEP_JITTER_CV,
      ...WARMUP,
    },
    [metrics, { stepBegan: (startMs, endMs, cost) => cards[0]?.work(startMs, endMs, cost) }],
  )
  const driver = driveEngine(engine, nowMs, () => outbox.flush())
  const server = createApiServer({
    served: {
      names,
      root: hardware.model.servedAs[0] as string,
      maxModelLen: options.maxModelLen,
      vocab: hardware.model.vocab,
    },
    engine,
    driver,
    outbox,
    nowMs,
    startedS,
    random: seededRandom(options.seed + 1),
    apiKey: options.apiKey,
    metricsText: () => metrics.render(),
    smiState: () => {
      const readMs = nowMs()
      return {
        driverVersion: SIMULATED_DRIVER,
        cudaVersion: CUDA_VERSION,
        gpus: cards.map((card) => card.read(readMs)),
      }
    },
    trueEnergyJ: (fromMs, toMs) => cards.map((card) => card.trueEnergyJ(fromMs, toMs)),
  })
  return {
    server,
    stop: () => {
      driver.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The cards of the box: the first serves the model, the others have nothing to do. */
function createCards(options: SimulatorOptions, { card, usedMiB }: Hardware, nowMs: number): SimulatedCard[] {
  const power = cardPower(card)
  const server = { pid: process.pid, name: 'VLLM::EngineCore', usedMiB }
  return Array.from(
    { length: options.gpus },
    (_, index) =>
      new SimulatedCard({ card, power, seed: options.seed, index, process: index === 0 ? server : null, nowMs }),
  )
}
