import type { EngineCounters, EngineDefinition } from './engine.ts'
import { joulemarkProof } from './joulemark-proof.ts'
import { llamaCpp } from './llama-cpp.ts'
import { ollama } from './ollama.ts'
import { lmdeploy, openAiCompatible } from './other-engines.ts'
import { sglang } from './sglang.ts'
import { tensorRtLlm } from './tensorrt-llm.ts'
import { tgi } from './tgi.ts'
import { vllm } from './vllm.ts'

/**
 * Every engine that is recognised, in the order in which it is tried: those whose API others imitate come last. Discovery, the
 * reading of counters, requests, gates and docs/engines.md are made from this table.
 */
export const engineTable = {
  vllm,
  sglang,
  'llama.cpp': llamaCpp,
  'tensorrt-llm': tensorRtLlm,
  tgi,
  lmdeploy,
  'joulemark-proof': joulemarkProof,
  ollama,
} as const satisfies Readonly<Record<string, EngineDefinition>>
export type EngineId = keyof typeof engineTable

/** The engines with their ids, in order. */
export const engineEntries = Object.entries(engineTable) as readonly (readonly [EngineId, EngineDefinition])[]

const isEngineId = (id: string): id is EngineId => Object.hasOwn(engineTable, id)

/** The definition of the engine of a record; that of any OpenAI-compatible server where it is not known. */
export const engineOf = (id: string | null): EngineDefinition =>
  id !== null && isEngineId(id) ? engineTable[id] : openAiCompatible

/** An engine whose counters are read. */
export type CountedEngine = EngineDefinition & { readonly counters: EngineCounters; readonly metricPrefix: string }

const isCounted = (engine: EngineDefinition): engine is CountedEngine =>
  engine.counters !== null && engine.metricPrefix !== null

/** The engines whose counters are read, with their ids, in order. */
export const countedEngines: readonly (readonly [EngineId, CountedEngine])[] = engineEntries.flatMap(([id, engine]) =>
  isCounted(engine) ? [[id, engine] as const] : [],
)
