import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { type EngineCard, engineCard, fitCard } from '../../harness/catalogue/own/known.ts'
import { modelByKey, whyNoModel } from '../../harness/catalogue/own-models.ts'
import type { Model } from '../../harness/catalogue/types.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { type Prediction, predictClosedLoop } from '../../harness/physics/closed-loop.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import type { DecodeLimit } from '../../harness/physics/limit.ts'
import { plannedRun, type TextRunLimit } from '../../harness/physics/limits/subject.ts'
import { type Fit, type FitShape, fitOf } from '../../harness/physics/memory.ts'
import { kvElementBytes } from '../../harness/physics/model/kv.ts'
import { runLimit } from '../../harness/physics/run-limit.ts'
import { predictSessions } from '../../harness/physics/sessions.ts'
import { statedCachedTokens } from '../../harness/scenario/load-shape.ts'
import { meanLength, statedContextTokens } from '../../harness/scenario/prompt/length.ts'
import type { Scenario } from '../../harness/scenario/schema.ts'

/** The prediction for a scenario on a card; `reason` where no throughput can be predicted. */
export interface ScenarioPrediction {
  readonly scenario: string
  readonly card: string
  readonly model: string
  /** Power limit per GPU in W, which the expectation knows; the physical limit does not depend on it. */
  readonly powerLimitW: number
  readonly fit: Fit
  /** The physical limit, whether it fits or not. */
  readonly limit: TextRunLimit
  /** Null with a reason for loads that do not fit or whose throughput is set by the load. */
  readonly prediction: ScenarioFigures | null
  readonly reason: string | null
  /** Too rough to judge a server by. */
  readonly approximate: boolean
}

/** The same for a card of which not everything is known: what cannot be computed is null with a reason. */
export interface PartialPrediction {
  readonly scenario: string
  readonly card: string
  readonly model: string
  readonly powerLimitW: number | null
  readonly fit: Fit | null
  readonly fitReason: string | null
  readonly limit: TextRunLimit | null
  readonly limitReason: string | null
  readonly prediction: null
  /** Why nothing is expected: what is unknown of the card. */
  readonly reason: string
  readonly approximate: false
}

/** Expected throughput and band, and the limit under its older keys. */
export interface ScenarioFigures extends Prediction {
  readonly limit: DecodeLimit
  readonly ttftLimitMs: number
}

/**
 * Fit, limit, expected throughput and band of a resolved scenario on a card at a power limit in W: the one that the driver
 * enforces, or without it the one that the scenario states, or the default of the card; `copyShare` is what was measured of
 * its memory (closed-loop.ts). Throws `bad-input` for another kind than text.
 */
export function predictScenario(
  scenario: Scenario,
  card: EngineCard & CardEntry,
  enforcedW: number | null = null,
  copyShare: number | null = null,
): ScenarioPrediction {
  const { text, model } = predictable(scenario)
  const { server, prompt, output, load } = text
  const { gpus, kvBytesPerElement } = servedAs(text)
  const fit = fitOf(card, model, fitShape(text))
  const limit = runLimit(plannedRun(scenario, card))
  if ('reason' in limit || limit.kind !== 'text')
    throw new JoulemarkError('bad-input', `scenario ${scenario.name}: no limit`)
  const beside = { limit: limit.decode, ttftLimitMs: limit.firstTokenMs }
  const powerLimitW = enforcedW ?? scenario.powerLimitW ?? card.tdpW.value
  const base = {
    scenario: scenario.name,
    card: card.key,
    model: model.key,
    powerLimitW,
    fit,
    limit,
    approximate: false,
  }
  if (fit.headroomRatio < 1) return { ...base, prediction: null, reason: 'it does not fit' }
  if (load.shape !== 'closed') {
    return { ...base, prediction: null, reason: 'its throughput is set by the load, not by the server' }
  }
  if (prompt.tokens === undefined) {
    return { ...base, prediction: null, reason: 'how long the prompts of its file are is known to the server only' }
  }
  // a closed loop of equal requests stands for one of a distribution: throughput follows the sum of the contexts
  const promptTokens = Math.round(meanLength(prompt.tokens))
  const outputTokens = Math.round(meanLength(output.tokens))
  const queueless = Math.max(1, Math.floor((fit.maxSessions * contextOf(text)) / (promptTokens + outputTokens)))
  if (load.session) {
    const { active, ...prediction } = predictSessions(card, model, {
      conversations: load.concurrency,
      ...load.session,
      firstPromptTokens: promptTokens,
      outputTokens,
      kvBytesPerElement,
      gpus,
      powerLimitW,
      maxConcurrent: Math.min(server?.maxNumSeqs ?? Number.POSITIVE_INFINITY, queueless),
    })
    const reason = `rough: about ${active.toFixed(0)} of ${load.concurrency} conversations wait for an answer, the others are in think time`
    return { ...base, approximate: true, prediction: { ...beside, ...prediction }, reason }
  }
  const concurrency = Math.min(load.concurrency, server?.maxNumSeqs ?? Number.POSITIVE_INFINITY, queueless)
  const prediction = predictClosedLoop(card, model, {
    concurrency,
    promptTokens,
    outputTokens,
    cachedTokens: Math.min(promptTokens - 1, Math.round(statedCachedTokens(prompt.prefixCache, promptTokens))),
    kvBytesPerElement,
    gpus,
    powerLimitW,
    copyShare,
  })
  const rough = whyRough(text)
  const queues =
    concurrency < load.concurrency ? [`only ${concurrency} of ${load.concurrency} streams run at once`] : []
  const reasons = [...queues, ...(rough === null ? [] : [rough])]
  return {
    ...base,
    approximate: rough !== null,
    prediction: { ...beside, ...prediction },
    reason: reasons.length === 0 ? null : reasons.join('; '),
  }
}

/** Why equal requests of the mean lengths do not stand for a load; null where they do. */
function whyRough({ prompt, output }: Extract<Scenario, { kind: 'text' }>): string | null {
  if (output.ignoreEos === false) return 'rough: the model may end its answers earlier, at a length that is not known'
  const isFixed = typeof prompt.tokens === 'number' && typeof output.tokens === 'number'
  return isFixed ? null : 'rough: for requests that all have the mean lengths'
}

/**
 * The prediction on any card: in full where everything is known that it is computed from, else as far as that goes. Throws
 * `bad-input` for another kind than text and for a model that is not in the catalogue.
 */
export function predictOn(
  scenario: Scenario,
  entry: CardEntry,
  enforcedW: number | null = null,
): ScenarioPrediction | PartialPrediction {
  const { text, model } = predictable(scenario)
  const known = engineCard(entry, servedAs(text).gpus)
  if (!('reason' in known)) return predictScenario(scenario, { ...entry, ...known }, enforcedW)
  const memory = fitCard(entry)
  const limit = runLimit(plannedRun(scenario, entry))
  return {
    scenario: scenario.name,
    card: entry.key,
    model: model.key,
    powerLimitW: enforcedW ?? scenario.powerLimitW ?? entry.tdpW?.value ?? null,
    fit: 'reason' in memory ? null : fitOf(memory, model, fitShape(text)),
    fitReason: 'reason' in memory ? memory.reason : null,
    limit: 'reason' in limit || limit.kind !== 'text' ? null : limit,
    limitReason: 'reason' in limit ? limit.reason : null,
    prediction: null,
    reason: known.reason,
    approximate: false,
  }
}

type TextScenario = Extract<Scenario, { kind: 'text' }>

function predictable(scenario: Scenario): { readonly text: TextScenario; readonly model: Model } {
  const model = modelByKey(scenario.model)
  if (scenario.kind === 'text' && model !== null) return { text: scenario, model }
  const why = model === null ? whyNoModel({ scenario }) : `kind ${scenario.kind} has no prediction`
  throw new JoulemarkError('bad-input', `scenario ${scenario.name}: ${why}`)
}

const servedAs = ({ server }: TextScenario) => ({
  gpus: server?.tensorParallel ?? 1,
  kvBytesPerElement: kvElementBytes(server?.kvCacheDtype),
})

/** vLLM requires room for one sequence of the full context; more of them queue. */
const fitShape = (scenario: TextScenario): FitShape => ({
  contextTokens: contextOf(scenario),
  sessions: 1,
  gpuMemoryUtilization: scenario.server?.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION,
  ...servedAs(scenario),
})

const contextOf = (scenario: Extract<Scenario, { kind: 'text' }>): number =>
  scenario.server?.maxModelLen ?? statedContextTokens(scenario)
