import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { engineCard } from '../../catalogue/own/known.ts'
import { modelByKey } from '../../catalogue/own-models.ts'
import { predictClosedLoop } from '../../physics/closed-loop.ts'
import { kvElementBytes } from '../../physics/model/kv.ts'
import { connectionsOf } from '../../scenario/load-shape.ts'
import { meanLength } from '../../scenario/prompt/length.ts'
import type { Scenario, TextScenario } from '../../scenario/schema.ts'

/** Discovery of the server, check of its tokens, and the calibration of the client, which takes five to ten seconds. */
const PREPARE_SECONDS = 15
/** Before each trial of a training: the command starts, imports its packages and loads the model. */
const TRAINING_SETUP_SECONDS = 90
/** What is in flight at the end of a phase, where no model of the card says how long it takes. */
const UNKNOWN_REQUEST_SECONDS = 10
/** Streams that share the server at the end of an open loop which it keeps up with. */
const OPEN_LOOP_STREAMS = 16

/**
 * Minutes of one scenario on a running server, at most: preparation, idle time, warm-up, and `trials` times the trial with
 * its padding, its cool-down, and the requests that are in flight at its end, at the pace of a slow healthy card.
 */
export function runMinutes(scenario: Scenario, card: CardEntry, trials: number = scenario.certainty.maxTrials): number {
  const { trial } = scenario
  const { seconds, quietSeconds, warmupSeconds, coolDown } = trial
  const idleSeconds = 'idleSeconds' in trial ? (trial.idleSeconds ?? 0) : 0
  const requestSeconds = secondsBesideLoad(scenario, card)
  const warmUp = warmupSeconds > 0 ? warmupSeconds + requestSeconds : 0
  const measured = trials * (seconds + 2 * quietSeconds + requestSeconds)
  const cooling = (trials - 1) * (coolDown?.timeoutSeconds ?? 0)
  return (PREPARE_SECONDS + idleSeconds + warmUp + measured + cooling) / 60
}

/** What each phase takes besides its load: the end of what is in flight, or the start of a command. */
function secondsBesideLoad(scenario: Scenario, card: CardEntry): number {
  if (scenario.kind === 'training') return TRAINING_SETUP_SECONDS
  return scenario.kind === 'text' ? requestSecondsOn(scenario, card) : UNKNOWN_REQUEST_SECONDS
}

function requestSecondsOn(scenario: TextScenario, card: CardEntry): number {
  const { server, prompt, output, load } = scenario
  const gpus = server?.tensorParallel ?? 1
  const engine = engineCard(card, gpus)
  const model = modelByKey(scenario.model)
  if ('reason' in engine || model === null || prompt.tokens === undefined) return UNKNOWN_REQUEST_SECONDS
  const outputTokens = Math.round(meanLength(output.tokens))
  const streams = load.shape === 'closed' ? connectionsOf(load) : Math.min(load.maxInFlight, OPEN_LOOP_STREAMS)
  const { band } = predictClosedLoop(engine, model, {
    concurrency: Math.min(streams, server?.maxNumSeqs ?? Number.POSITIVE_INFINITY),
    promptTokens: Math.round(meanLength(prompt.tokens)),
    outputTokens,
    cachedTokens: 0,
    kvBytesPerElement: kvElementBytes(server?.kvCacheDtype),
    gpus,
  })
  return (band.slow.ttftMs + band.slow.tpotMs * outputTokens) / 1000
}
