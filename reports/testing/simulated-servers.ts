import { cardByKey } from '../../harness/catalogue/cards.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { closedLoopMetrics } from '../../harness/physics/closed-loop.ts'
import { copyExpectation } from '../../harness/physics/copy-bandwidth.ts'
import { efficiencyOf, withArithmetic, withBandwidth } from '../../harness/physics/efficiency.ts'
import { kvCapacityTokens } from '../../harness/physics/memory.ts'
import { missing } from '../../harness/record/measured.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'
import { makeCardTrial, makeCardWindow, makeGpu, makeTelemetry } from '../../harness/testing/card-builder.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'

/** A server with one card of which some shares are lost, and how much healthy servers differ. */
export interface SimulatedServer {
  readonly uuid: string
  readonly card?: string
  /** Shares that are left: of the memory bandwidth, of the SM clock. */
  readonly memory?: number
  readonly clock?: number
  /** Factor of every figure of this server, such as 0.9 for one that is 10 % slower everywhere. */
  readonly level?: number
  /** Standard deviation of each figure, as a share. */
  readonly spread: number
  readonly normal: () => number
  readonly gates?: readonly Gate[]
  readonly night?: number
  readonly powerLimitW?: number
  /** What nvidia-smi shows besides: the ECC mode, the share of the rated memory clock, the highest temperature, the link. */
  readonly eccMode?: string
  readonly memoryClock?: number
  readonly temperatureC?: number
  readonly linkWidth?: number
  /** Share of the samples in which the power brake was active. */
  readonly powerBrake?: number
}

const loads = [
  { name: 'memory-probe', concurrency: 1, promptTokens: 64, outputTokens: 256 },
  { name: 'llama-3.1-8b-fp8-batch32', concurrency: 32, promptTokens: 512, outputTokens: 256 },
] as const

/** Before the first token, besides the prefill. */
const FRONT_END_MS = 10

/**
 * The records of a night of `box` on such a server: the memory probe and 32 streams. What the card does follows from the
 * step-time model with the shares that are left.
 */
export function simulatedNight(server: SimulatedServer): RunRecord[] {
  const { memory = 1, clock = 1, level = 1, spread, normal } = server
  const key = server.card ?? 'rtx-4090'
  const card = cardByKey(key)!
  const model = modelByKey('llama-3.1-8b-instruct-fp8')!
  const powerLimitW = server.powerLimitW ?? card.tdpW.value
  const efficiency = withArithmetic(withBandwidth(efficiencyOf(card, model).expected, memory), clock)
  const engine = { card, model, efficiency, gpus: 1, powerLimitW }
  const near = (value: number) => value * (1 + spread * normal())
  return loads.map((load) => {
    const loop = { ...load, cachedTokens: 0, kvBytesPerElement: 1, gpus: 1 } as const
    const { outputTokensPerS, tpotMs, ttftMs, powerW } = closedLoopMetrics(engine, loop)
    const tokensPerS = near(level * outputTokensPerS)
    const meanPowerW = near(powerW)
    const smMHz = card.boostGhz.value * 1080 * clock * (1 + (spread / 2) * normal())
    const memMHz = ((card.memoryDataRateGbps.value * 1000) / 2) * 0.976 * (server.memoryClock ?? 1)
    const capped = powerW >= powerLimitW * 0.999 ? 1 : 0
    const window = makeCardWindow({
      reasonShares: {
        ...makeCardWindow().reasonShares!,
        swPowerCap: capped,
        hwPowerBrakeSlowdown: server.powerBrake ?? 0,
      },
      maxTemperatureC: server.temperatureC ?? 61,
      smClockMHz: { first: smMHz, last: smMHz },
      memClockMHz: memMHz,
    })
    const shape = { kvBytesPerElement: 1, gpuMemoryUtilization: 0.92, gpus: 1 } as const
    const kvTokens = Math.round(kvCapacityTokens(card, model, shape) * (1 + 0.002 * normal()))
    const base = plannedRecord(key, load)
    return {
      ...base,
      id: `${server.uuid}-${load.name}-${server.night ?? 0}`,
      startedAt: `2026-11-0${1 + (server.night ?? 0)}T10:00:00Z`,
      gates: [...(server.gates ?? [])],
      gpus: [
        makeGpu({
          ...{ uuid: server.uuid, name: card.smiName, powerLimitW, powerDefaultLimitW: card.tdpW.value },
          eccMode: server.eccMode ?? 'Disabled',
          pcie: { genCurrent: 4, genMax: 4, widthCurrent: server.linkWidth ?? 16, widthMax: 16 },
        }),
      ],
      ...(load.name === 'memory-probe' ? { cardProbe: probeOf(server) } : {}),
      telemetry: makeTelemetry({ trials: [makeCardTrial({ window })] }),
      endpoint: { ...base.endpoint, serving: { ...base.endpoint.serving!, kvCapacityTokens: kvTokens } },
      result: {
        outputTokensPerS: figure('outputTokensPerS', tokensPerS),
        decodeTokensPerS: figure('decodeTokensPerS', near((level * 1000) / tpotMs)),
        ttftMsP50: figure('ttftMsP50', near(ttftMs / level) + FRONT_END_MS),
        meanPowerW: figure('meanPowerW', meanPowerW),
        tokensPerJ: figure('tokensPerJ', tokensPerS / meanPowerW),
      },
    }
  })
}

/** What the cards of such a server do alone: copies at the share of bandwidth that is left, products at that of the clock. */
function probeOf(server: SimulatedServer): NonNullable<RunRecord['cardProbe']> {
  const { memory = 1, clock = 1, level = 1, spread, normal } = server
  const card = cardByKey(server.card ?? 'rtx-4090')!
  // neither the host nor vLLM takes part in it
  const near = (value: number) => value * (1 + (spread / 2) * normal())
  const link = missing('not part of this server')
  const copyGBs = near(level * memory * copyExpectation(card)!.expectedGBs)
  const matrixTflops = near(0.8 * level * clock * card.fp16Tflops.value)
  const links = { hostToDeviceGBs: link, deviceToHostGBs: link }
  const probed = {
    uuid: server.uuid,
    name: card.smiName,
    copyGBs,
    matrixTflops,
    matrixFormat: 'bf16',
    ...links,
  } as const
  return { torch: '2.9.0', cards: [probed], pairs: [] }
}

const figure = (key: MetricKey, mean: number): MetricResult => ({ mean, ci95: null, n: 1, unit: metrics[key].unit })

const planned = new Map<string, RunRecord>()

/** The part of a record that all servers with this card share; parsed once, because thousands of nights are made of it. */
function plannedRecord(card: string, load: (typeof loads)[number]): RunRecord {
  const key = `${card} ${load.name}`
  const known = planned.get(key)
  if (known !== undefined) return known
  const made = makeRun({
    card,
    scenario: load.name,
    concurrency: load.concurrency,
    scenarioFields: {
      prompt: { tokens: load.promptTokens },
      output: { tokens: load.outputTokens },
      server: { kvCacheDtype: 'fp8_e4m3' },
    },
    more: { endpoint: { ...makeRun({ card }).endpoint, serving } },
  })
  planned.set(key, made)
  return made
}

const serving: NonNullable<RunRecord['endpoint']['serving']> = {
  metricNames: 'vllm',
  kvCapacityTokens: null,
  kvMaxConcurrency: null,
  kvBlockTokens: 16,
  kvCacheDtype: 'fp8_e4m3',
  prefixCaching: true,
  gpuMemoryUtilization: 0.92,
  speculation: false,
  quantization: null,
  tensorParallel: 1,
  reasons: {},
}
