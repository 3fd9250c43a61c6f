import { evaluateGates } from '../gates/evaluate.ts'
import type { GateInput } from '../gates/gate.ts'
import type { GateId } from '../gates/table.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { ClientTokens, ServerTrial, Serving } from '../record/schema/server.ts'
import type { GpuTelemetry } from '../record/schema/telemetry.ts'
import type { EmbeddingsTrial, ImageTrial, TextTrial, TrainingTrial, Trial } from '../record/schema/trial.ts'
import { makeGpu, makeTelemetry } from './card-builder.ts'
import { makeRun, type RunOverrides } from './record-builder.ts'
import {
  makeClientTokens,
  makeEmbeddingsTrial,
  makeImageTrial,
  makeServerTrial,
  makeTextTrial,
  makeTrainingTrial,
} from './trial-builder.ts'
import { makeWall } from './wall-builder.ts'

/** A server as the scenario of `measuredRun` requires it; every field can be set. */
export const makeServing = (over: Partial<Serving> = {}): Serving => ({
  metricNames: 'vllm',
  kvCapacityTokens: 196_000,
  kvMaxConcurrency: 12,
  kvBlockTokens: 16,
  kvCacheDtype: 'fp8_e4m3',
  prefixCaching: true,
  gpuMemoryUtilization: 0.92,
  speculation: false,
  quantization: null,
  tensorParallel: 1,
  reasons: {},
  ...over,
})

/** Calibration of a client with very small errors. */
export const calibration: NonNullable<RunRecord['certificate']> = {
  streams: 8,
  tokensPerSPerStream: 40,
  ttftErrorMs: { p50: 0.2, p99: 0.9, max: 1.1 },
  gapErrorMs: { p50: 0.1, p99: 0.6, max: 0.9 },
  cpuShareOfCore: 0.04,
  highestTokensPerS: 220_000,
}

/** Fields of the trial, whatever the kind of run. */
type TrialOverrides = Partial<
  Omit<TextTrial, 'kind'> & Omit<ImageTrial, 'kind'> & Omit<EmbeddingsTrial, 'kind'> & Omit<TrainingTrial, 'kind'>
>

/** Changes of a test to a run that passes every gate. */
export interface MeasuredRun {
  readonly client?: Partial<ClientTokens>
  /** Null: the counters of the server were not read. */
  readonly server?: Partial<ServerTrial> | null
  readonly trial?: TrialOverrides
  readonly endpoint?: Partial<Endpoint>
  readonly serving?: Partial<Serving>
  readonly scenario?: object
  /** Images, embeddings or training instead of text. */
  readonly work?: RunOverrides['work']
  readonly card?: RunRecord['card']
  readonly gpu?: Partial<Gpu>
  readonly calibration?: Partial<typeof calibration> | null
  /** Null: the cards were not monitored. */
  readonly telemetry?: Partial<GpuTelemetry> | null
  /** Null: the power of the server was not read. */
  readonly wall?: RunRecord['wall'] | null
  readonly record?: Partial<RunRecord>
}

/** A complete, live run of one trial on an RTX 4090 that passes every gate, except for the changes of the test. */
export function measuredRun(over: MeasuredRun = {}): RunRecord {
  const served = 'neuralmagic/Meta-Llama-3.1-8B-Instruct-FP8'
  return makeRun({
    card: 'rtx-4090',
    ...(over.work ? { work: over.work } : {}),
    scenarioFields: {
      ...(over.work ? {} : { server: { maxModelLen: 16_384, kvCacheDtype: 'fp8_e4m3' } }),
      ...over.scenario,
    },
    result: { outputTokensPerS: [2000, 1990, 2010] },
    more: {
      card: over.card ?? { key: 'rtx-4090', name: 'NVIDIA GeForce RTX 4090' },
      gpus: [makeGpu(over.gpu)],
      endpoint: {
        url: 'http://127.0.0.1:8000',
        engine: 'vllm',
        version: '0.32.0',
        systemFingerprint: null,
        model: served,
        modelRoot: served,
        servedModels: [served],
        maxModelLen: 16_384,
        location: { isThisMachine: true, reason: 'a loopback address' },
        serving: makeServing(over.serving),
        ...over.endpoint,
      },
      certificate: over.calibration === null ? null : { ...calibration, ...over.calibration },
      trials: [trialOf(over)],
      ...(over.telemetry === null ? {} : { telemetry: makeTelemetry(over.telemetry) }),
      ...(over.wall === null ? {} : { wall: over.wall ?? makeWall(2000) }),
      ...over.record,
    },
  })
}

function trialOf({ work, client, server, trial = {} }: MeasuredRun): Trial {
  if (work?.kind === 'image') return makeImageTrial(trial)
  if (work?.kind === 'embeddings') return makeEmbeddingsTrial(trial)
  if (work?.kind === 'training') return makeTrainingTrial(trial)
  return makeTextTrial({
    clientTokens: makeClientTokens(client),
    ...(server === null ? {} : { server: makeServerTrial(server) }),
    ...trial,
  })
}

/** The result of one gate for a run. */
export function gateOf(record: GateInput, id: GateId): Gate {
  const gate = evaluateGates(record).find((each) => each.id === id)
  if (gate === undefined) throw new Error(`no gate ${id}`)
  return gate
}
