import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { modelByKey } from '../../catalogue/own-models.ts'
import { contextOf } from '../../endpoint/serve/kinds/text.ts'
import { canonicalJson } from '../../record/provenance.ts'
import { connectionsOf } from '../../scenario/load-shape.ts'
import type { Scenario, TextScenario } from '../../scenario/schema.ts'
import type { Candidate } from './candidates.ts'

/** Scenarios that one start of a server serves, in order, and the scenario with the widest settings of them. */
export interface SharedServer {
  readonly scenario: Scenario
  readonly members: readonly Candidate[]
}

/**
 * Scenarios by the server that can serve them all, in the order of their first one. Each scenario is in exactly one.
 *
 * What one server of vLLM may be wider in than a scenario asks for, by how vLLM uses the flag:
 * - `--max-num-seqs`: the scheduler admits at most so many (vllm/v1/core/sched/scheduler.py). A client that keeps fewer
 *   requests open never meets the limit, so it may be wider, unless the scenario states a limit that its load does meet.
 *   It also sets the largest CUDA graph, min(2 x max-num-seqs, 512) tokens (vllm/config/vllm.py, `_set_cudagraph_sizes`). The
 *   graphs of smaller batches are the same. A prompt alone of at most that length is then read by a graph too, which saves the
 *   time of its kernel launches, about a millisecond of TTFT, as it does with the default of vLLM (256 or more).
 * - `--max-model-len`: an upper bound of a request. It reserves nothing: the KV cache is given out in blocks as tokens
 *   come. In the first of the model runners of vLLM one thing grows with it: each step copies the row of blocks of every
 *   running request to the card, whole (vllm/v1/worker/block_table.py, `commit_block_table`), 4 bytes per block of 16
 *   tokens; the second one sends new blocks only (vllm/v1/worker/gpu/block_table.py). So it may be wider while that copy is
 *   a small share of a step (`COPY_SHARE`).
 *
 * Everything else changes what is measured, and must agree: the model, `--quantization` and `--kv-cache-dtype` change the
 * kernels and the bytes, `--tensor-parallel-size` the cards, `--gpu-memory-utilization` the KV cache and the memory in use.
 * A scenario that fills the KV cache, or whose context is cut to what the cache holds, agrees in all flags only: the graphs
 * of a wider server are memory that its cache loses. Prefix caching stays on, vLLM's default, in every server: prompts
 * carry the seed of their run, so no run finds those of an earlier one.
 */
export function sharedServers(candidates: readonly Candidate[], card: CardEntry): SharedServer[] {
  const needs = candidates.map(needOf)
  return [...Map.groupBy(needs, ({ exactly }) => exactly).values()]
    .flatMap((bucket) => byContext(bucket, card))
    .flatMap(byLimit)
    .map((group) => group.toSorted((a, b) => a.order - b.order))
    .toSorted(([a], [b]) => (a?.order ?? 0) - (b?.order ?? 0))
    .map((group) => ({ scenario: widest(group), members: group.map(({ candidate }) => candidate) }))
}

/** What a scenario asks of its server. */
interface Need {
  readonly order: number
  readonly candidate: Candidate
  /** What must be equal, as text. */
  readonly exactly: string
  /** What may be wider; null for what is not served by vLLM as text. */
  readonly atLeast: { readonly contextTokens: number; readonly sequences: number } | null
  /** A limit on sequences that the load meets: no server may have another one. */
  readonly limit: number | null
  /** Requests that run at once, at most. */
  readonly running: number
}

function needOf(candidate: Candidate, order: number): Need {
  const { scenario, launch } = candidate
  if (scenario.kind !== 'text' || launch.kind !== 'server') {
    // equal commands are one server; a command of training is a container of its own
    const exactly = launch.kind === 'server' ? canonicalJson(launch.serverCommand) : `command ${candidate.name}`
    return { order, candidate, exactly, atLeast: null, limit: null, running: 0 }
  }
  const model = modelByKey(scenario.model)
  const { needed, requested } = contextOf(scenario, { maxContext: model?.maxContext ?? 0 })
  const connections = connectionsOf(scenario.load)
  const { maxModelLen: _, maxNumSeqs: stated, ...others } = scenario.server ?? {}
  const sequences = stated ?? connections
  const running = Math.min(sequences, connections)
  const held = launch.fit?.maxContextTokens ?? 0
  const fillsCache = held < Math.max(requested, running * needed)
  const flags = { model: scenario.model, ...others }
  return {
    order,
    candidate,
    exactly: canonicalJson(fillsCache ? { command: launch.serverCommand } : flags),
    atLeast: fillsCache ? null : { contextTokens: requested, sequences },
    limit: stated !== undefined && stated < connections ? stated : null,
    running,
  }
}

/** Largest share of a step that the copy of a longer row of blocks may take: a tenth of the spread between healthy cards. */
const COPY_SHARE = 0.002
/** Tokens of a block of the KV cache, bytes of its number in a row, and a slow PCIe link (generation 3, 16 lanes), in bytes/s. */
const BLOCK = { tokens: 16, bytes: 4, bytesPerS: 12e9 } as const

/**
 * A bucket by context: the widest takes all that it changes nothing for, then the next widest. Each scenario then goes to
 * the narrowest server that is wide enough, which is nearest to what it asks for.
 */
function byContext(bucket: readonly Need[], card: CardEntry): Need[][] {
  const contexts: number[] = []
  let rest = bucket
  while (rest.length > 0) {
    const context = Math.max(...rest.map(contextNeed))
    contexts.unshift(context)
    rest = rest.filter((need) => copyShare(need, context, card) > COPY_SHARE)
  }
  const contextFor = (need: Need) => contexts.find((context) => context >= contextNeed(need))
  return [...Map.groupBy(bucket, contextFor).values()]
}

/** Scenarios that state a limit have its server; the others join the tightest limit that they do not meet. */
function byLimit(group: readonly Need[]): Need[][] {
  const limits = group.flatMap(({ limit }) => limit ?? []).toSorted((a, b) => a - b)
  const limitFor = ({ limit, atLeast }: Need) =>
    limit ?? limits.find((each) => each >= (atLeast?.sequences ?? 0)) ?? null
  return [...Map.groupBy(group, limitFor).values()]
}

/** The scenario whose server serves them all: one of them, with the widest context and number of sequences. */
function widest(group: readonly Need[]): Scenario {
  const { scenario } = (group[0] as Need).candidate
  const asked = group.flatMap(({ atLeast }) => atLeast ?? [])
  if (scenario.kind !== 'text' || asked.length === 0) return scenario
  const server: TextScenario['server'] = {
    ...scenario.server,
    maxModelLen: Math.max(...asked.map(({ contextTokens }) => contextTokens)),
    maxNumSeqs: Math.max(...asked.map(({ sequences }) => sequences)),
  }
  return { ...scenario, server }
}

const contextNeed = ({ atLeast }: Need): number => atLeast?.contextTokens ?? 0

/** Share of a decode step that the longer rows of a wider context take; the step reads the weights at least once. */
function copyShare(need: Need, contextTokens: number, card: CardEntry): number {
  const extraTokens = contextTokens - contextNeed(need)
  if (extraTokens === 0) return 0
  const copySeconds = (need.running * (extraTokens / BLOCK.tokens) * BLOCK.bytes) / BLOCK.bytesPerS
  const { weightsBytes } = need.candidate.launch
  const bandwidthGBs = card.memoryBandwidthGBs?.value
  if (weightsBytes === null || bandwidthGBs === undefined) return Number.POSITIVE_INFINITY
  const gpus = need.candidate.scenario.server?.tensorParallel ?? 1
  return copySeconds / (weightsBytes / gpus / (bandwidthGBs * 1e9))
}
