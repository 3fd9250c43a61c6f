import { type MetricKey, metrics } from '../metrics/catalogue.ts'
import type { MetricResult } from '../record/schema/result.ts'
import { type Gate, type RunRecord, runRecordSchema, SCHEMA_VERSION } from '../record/schema/run.ts'
import type { Trial } from '../record/schema/trial.ts'
import { toolVersion } from '../version.ts'
import { makeGpu } from './card-builder.ts'

/** The fields of a run that a test sets; all others have valid defaults. */
export interface RunOverrides {
  readonly card: string
  readonly name?: string
  readonly scenario?: string
  readonly title?: string
  readonly model?: string
  readonly concurrency?: number
  readonly source?: RunRecord['source']
  readonly status?: RunRecord['status']
  readonly failure?: string
  readonly startedAt?: string
  readonly gpus?: number
  readonly powerLimitW?: number
  readonly slo?: { readonly ttftMs?: number; readonly tpotMs?: number; readonly e2eMs?: number }
  readonly trialList?: readonly Trial[]
  /** Images, embeddings or training instead of text: the kind and the part of the scenario that belongs to it. */
  readonly work?:
    | { readonly kind: 'image'; readonly image: object }
    | { readonly kind: 'embeddings'; readonly texts: object }
    | { readonly kind: 'training'; readonly training: object }
  /** The run ran out of memory, with this message of the server. */
  readonly oom?: string
  readonly gates?: readonly Gate[]
  /** Fields of the scenario besides those above. */
  readonly scenarioFields?: object
  /** Fields of the record besides those above. */
  readonly more?: Partial<RunRecord>
  /** Means, or [mean, low, high], or a reason for none. */
  readonly result?: Partial<Record<MetricKey, number | readonly [number, number, number] | string>>
}

/** A run record as `readRun` would give it: parsed through the schema, so that a test cannot drift from it. */
export function makeRun(over: RunOverrides): RunRecord {
  const scenario = over.scenario ?? 'llama-3.1-8b-fp8-batch32'
  const startedAt = over.startedAt ?? '2026-11-01T10:00:00Z'
  const stamp = startedAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return runRecordSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    id: `${stamp}-${over.card}-${scenario}`,
    status: over.status ?? 'complete',
    source: over.source ?? 'live',
    sourceEvidence: over.source === 'simulated' ? ['driver 0.0-sim'] : [],
    startedAt,
    endedAt: startedAt,
    clock: { originMs: 0 },
    tool: { name: 'joulemark', version: toolVersion, commit: null, node: '24.0.0' },
    scenario: {
      name: scenario,
      title: over.title ?? 'Llama 3.1 8B FP8 batch 32 agg',
      model: over.model ?? 'llama-3.1-8b-instruct-fp8',
      load: { shape: 'closed', concurrency: over.concurrency ?? (over.work ? 1 : 32) },
      ...(over.work ?? { kind: 'text', prompt: { tokens: 512 }, output: { tokens: 256 } }),
      ...(over.slo === undefined ? {} : { slo: over.slo }),
      ...over.scenarioFields,
    },
    scenarioSha256: `sha-of-${scenario}`,
    card: { key: over.card, name: over.name ?? over.card },
    host: { hostname: 'box', kernel: 'Linux 6.8', cpu: 'a CPU', cpuCount: 2, memoryGiB: 8 },
    gpus: Array.from({ length: over.gpus ?? 1 }, (_, index) => gpuOf(index, over)),
    endpoint: {
      url: 'http://127.0.0.1:8000',
      engine: 'vllm',
      version: '0.11.0',
      systemFingerprint: null,
      model: 'm',
      modelRoot: null,
      servedModels: ['m'],
      maxModelLen: 16384,
    },
    certificate: null,
    trials: over.trialList ?? [],
    converged: true,
    result: Object.fromEntries(
      Object.entries(over.result ?? {}).map(([key, value]) => [key, makeResult(key as MetricKey, value)]),
    ),
    gates: over.gates ?? [],
    quotable: over.source !== 'simulated',
    ...(over.failure === undefined ? {} : { failure: over.failure }),
    ...(over.oom === undefined ? {} : { oom: { evidence: over.oom } }),
    files: {},
    ...over.more,
  })
}

function makeResult(key: MetricKey, value: number | readonly [number, number, number] | string): MetricResult {
  const unit = metrics[key].unit
  if (typeof value === 'string') return { mean: null, ci95: null, n: 0, unit, reason: value }
  if (typeof value === 'number') return { mean: value, ci95: null, n: 1, unit }
  return { mean: value[0], ci95: [value[1], value[2]], n: 3, unit }
}

const gpuOf = (index: number, over: RunOverrides) =>
  makeGpu({
    index,
    uuid: `GPU-${index}`,
    driver: '580.0',
    name: over.name ?? over.card,
    powerLimitW: over.powerLimitW ?? 450,
    memoryReservedMiB: null,
    eccMode: null,
    maxSmClockMHz: null,
    maxMemClockMHz: null,
  })
