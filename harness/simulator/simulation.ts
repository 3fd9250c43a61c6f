import type { Server } from 'node:http'
import { systemClock } from '../clock.ts'
import { ownMachine, type PlaceServer } from './card/machine.ts'
import { driveEngine } from './engine/driver.ts'
import { Engine } from './engine/engine.ts'
import { deliveryOf } from './faults/delivery.ts'
import { falseReportsOf, speculationOf } from './faults/false-reports.ts'
import { otherAnswerOf } from './faults/other-answers.ts'
import { startOtherClient } from './faults/other-client.ts'
import { faultyPage, slowPageMs } from './faults/page-faults.ts'
import { RequestFaults } from './faults/request-faults.ts'
import { StreamFaults } from './faults/stream-faults.ts'
import { streamFormOf } from './faults/stream-form.ts'
import { BLOCK_SIZE, describeHardware } from './hardware.ts'
import { EngineCounts } from './imitated/counts.ts'
import { imitations } from './imitated/table.ts'
import { cacheConfigLabels } from './metrics/cache-config.ts'
import { EngineMetrics } from './metrics/engine-metrics.ts'
import { currentGeneration, generationV091 } from './metrics/generations.ts'
import { ServerPage } from './metrics/server-page.ts'
import type { SimulatorOptions } from './options.ts'
import { seededRandom } from './random.ts'
import type { ServerContext } from './server/context.ts'
import { EngineState } from './server/engine-state.ts'
import { createMachineServer } from './server/machine-server.ts'
import { Outbox } from './server/outbox.ts'
import { createApiServer } from './server/server.ts'
import { answerSetting } from './smi/setting.ts'

/** HTTP, validation and the hop to the engine process, for a prompt of token ids. */
const FRONT_END_MS = 5
const STEP_JITTER_CV = 0.015
/** The first steps of a fresh server are slower: kernels are still being chosen. */
const WARMUP = { warmupExcess: 0.8, warmupSteps: 60 } as const
/** uvicorn closes a connection that was idle for this long; some proxies close it sooner. */
const KEEP_ALIVE_MS = 5000
const SHORT_KEEP_ALIVE_MS = 300
/** vLLM's front end checks its engine every 5 s and exits when the engine has exited. */
const DEAD_ENGINE_SEEN_MS = 1000
/** How much longer the other of two servers has been running. */
const OTHER_SERVER_OLDER_S = 1000

/** A simulated machine: cards, engine and server. The caller starts both servers. */
export interface Simulation {
  /** vLLM's front end. */
  readonly server: Server
  /** Queried by the simulated nvidia-smi; available before the server listens and after its engine exited. */
  readonly machineServer: Server
  stop(): void
}

/**
 * Creates a simulation, on a machine of its own unless `place` puts it on cards that are there. Throws when the card or the
 * model is unknown or the model does not fit.
 */
export function createSimulation(options: SimulatorOptions, place: PlaceServer = ownMachine): Simulation {
  const nowMs = (): number => systemClock.nowMs()
  const { faults, lies, seed } = options
  const startedS = Math.floor(nowMs() / 1000)
  const hardware = describeHardware(options)
  const { vocab } = hardware.model
  const serverProcess = { processName: 'VLLM::EngineCore', usedMiB: hardware.usedMiB }
  const machine = place(options, hardware.card, serverProcess, nowMs())
  const names = [options.servedModelName ?? (hardware.model.servedAs[0] as string)]
  const generation = faults.includes('old-metric-names') ? generationV091 : currentGeneration
  const speculation = speculationOf(lies)
  const makeMetrics = () =>
    new EngineMetrics({
      modelName: names[0] as string,
      maxModelLen: options.maxModelLen,
      cacheConfig: cacheConfigLabels(options, hardware, generation.missingCacheLabels),
      startedS,
      nowMs,
      generation,
      draftCounters: speculation !== null && options.draftCounters,
    })
  const page = new ServerPage(nowMs() / 1000, makeMetrics)
  const idlePage = new ServerPage(nowMs() / 1000 - OTHER_SERVER_OLDER_S, makeMetrics)
  const metricsText = faultyPage(faults, {
    own: () => page.render(),
    process: () => page.renderProcess(),
    idle: () => idlePage.render(),
    nowMs,
  })
  const imitation = options.engine === null ? null : imitations[options.engine]
  const counts = new EngineCounts(nowMs)
  const imitated = {
    model: names[0] as string,
    root: hardware.model.servedAs[0] as string,
    maxModelLen: options.maxModelLen,
    kvTokens: hardware.gpuBlocks * BLOCK_SIZE,
    blockTokens: BLOCK_SIZE,
    maxNumSeqs: options.maxNumSeqs,
    kvCacheDtype: options.kvCacheDtype,
    prefixCaching: options.enablePrefixCaching,
  }
  const outbox = new Outbox()
  const engine = new Engine(
    {
      blockSize: BLOCK_SIZE,
      // vLLM reserves one block as the null block.
      blockCount: hardware.gpuBlocks - 1,
      maxNumSeqs: options.maxNumSeqs,
      maxNumBatchedTokens: hardware.maxNumBatchedTokens,
      prefixCaching: options.enablePrefixCaching,
      maxModelLen: options.maxModelLen,
      vocab,
      seed,
      costOf: (work) => hardware.costOf(work, machine.conditions(nowMs())),
      frontEndMs: FRONT_END_MS,
      jitterCv: STEP_JITTER_CV,
      speculation,
      ...WARMUP,
    },
    [page, counts, { stepBegan: (startMs, endMs, cost) => machine.work(startMs, endMs, cost) }],
  )
  const driver = driveEngine(engine, nowMs, () => outbox.flush())
  const stopServing = (): void => {
    server.close()
    server.closeAllConnections()
  }
  const context: ServerContext = {
    served: {
      names,
      adapters: options.loraModules,
      reasoningTokens: options.reasoningTokens,
      root: hardware.model.servedAs[0] as string,
      maxModelLen: options.maxModelLen,
      vocab,
      splitsWords: lies.includes('split-words'),
    },
    engine,
    driver,
    outbox,
    nowMs,
    startedS,
    random: seededRandom(seed + 1),
    apiKey: options.apiKey,
    version: generation.version,
    keepAliveMs: faults.includes('keep-alive-close') ? SHORT_KEEP_ALIVE_MS : KEEP_ALIVE_MS,
    engineState: new EngineState(() => setTimeout(stopServing, DEAD_ENGINE_SEEN_MS)),
    requestFaults: new RequestFaults(faults, options.faultShare),
    streamFaults: new StreamFaults(faults, options.faultShare, seed + 3),
    streamForm: streamFormOf(faults),
    otherAnswer: otherAnswerOf(faults),
    newDelivery: () => deliveryOf(faults),
    closesQuietly: faults.includes('closes-quietly'),
    falseReports: falseReportsOf(lies),
    reportsCachedTokens: imitation?.reportsCachedTokens ?? options.enablePromptTokensDetails,
    imitation,
    imitatedPage: (path) => imitation?.pages[path]?.(imitated, counts.totals) ?? null,
    metricsText,
    slowMetricsMs: slowPageMs(faults),
    redirectsMetrics: faults.includes('metrics-redirect'),
    restart: () => {
      page.restart(nowMs() / 1000)
      counts.reset()
      server.closeAllConnections()
    },
    smiState: (atMs) => machine.smiState(atMs),
    smiSet: (request) =>
      answerSetting(request, machine.smiState(nowMs()).gpus, options.cardSettings, (index, change) =>
        machine.set(index, change),
      ),
    smiNoAnswer: () => machine.smiNoAnswer(nowMs()),
    trueEnergyJ: (fromMs, toMs) => machine.trueEnergyJ(fromMs, toMs),
  }
  const server = createApiServer(context)
  const machineServer = createMachineServer(context)
  const otherClient = lies.includes('foreign-traffic')
    ? startOtherClient({ engine, driver, vocab, seed: seed + 4, nowMs })
    : null
  return {
    server,
    machineServer,
    stop: () => {
      otherClient?.stop()
      driver.stop()
      stopServing()
      machineServer.close()
      machineServer.closeAllConnections()
    },
  }
}
