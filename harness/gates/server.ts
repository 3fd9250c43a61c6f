import { cardByKey } from '../catalogue/cards.ts'
import { modelByKey } from '../catalogue/models.ts'
import { kvElementBytes } from '../physics/kv.ts'
import { decodeLimit, prefillLimitMs } from '../physics/limit.ts'
import { servingGpus } from '../physics/serving-gpus.ts'
import { connectionsOf, sharedPromptTokens } from '../scenario/load-shape.ts'
import { type GateResult, gateResult, notMeasured, percent, type TextGateInput } from './gate.ts'

/** Tokens an engine step and request above which several came at once: counters are read between steps. */
const SPECULATING = 1.02
/** Tokens an event above which streams came in lumps. */
const LUMPS = 1 / 0.9

/**
 * Fails when the server speculates: it says so, its counters of drafts moved, or a request got more than one token an
 * engine step. A scenario cannot ask for speculation, so that any of it is unsaid. Streams in lumps alone are a
 * warning, because a slow reader and `--stream-interval` make them too.
 */
export function speculation(record: TextGateInput): GateResult {
  const { serving } = record.endpoint
  const servers = record.trials.flatMap((trial) => (trial.server ? [trial.server] : []))
  const drafted = servers.reduce((sum, server) => sum + (server.specDecodeDraftTokens ?? 0), 0)
  const accepted = servers.reduce((sum, server) => sum + (server.specDecodeAcceptedTokens ?? 0), 0)
  if (drafted > 0) {
    return gateResult(
      'fail',
      `${drafted} tokens were drafted, ${accepted} of them accepted (${percent(accepted / drafted)}); the scenario does not ask for speculation`,
    )
  }
  if (serving?.speculation)
    return gateResult('fail', 'speculative decoding is set up; the scenario does not ask for it')
  const steps = servers.map((server) => server.tokensPerStep).filter((value) => value !== null)
  const most = Math.max(0, ...steps)
  if (most > SPECULATING) {
    return gateResult(
      'fail',
      `${most.toFixed(2)} output tokens an engine step and request: the server speculates and does not say so`,
    )
  }
  const lumps = tokensPerEvent(record)
  const streams = lumps === null ? 'no stream was seen' : `${lumps.toFixed(2)} tokens an event`
  if (steps.length === 0 && serving?.speculation !== false) {
    const why = servers[0]?.reasons['tokensPerStep'] ?? 'the server was not asked'
    return notMeasured(`tokens an engine step: ${why}; ${streams}`)
  }
  const evidence = [
    ...(serving?.speculation === false
      ? ['the server exports no counters of drafts, which it does when it speculates']
      : []),
    ...(steps.length > 0 ? [`${most.toFixed(3)} output tokens an engine step and request`] : []),
    streams,
  ].join('; ')
  return gateResult(lumps !== null && lumps > LUMPS ? 'warn' : 'pass', evidence)
}

function tokensPerEvent(record: TextGateInput): number | null {
  const counted = record.trials.flatMap((trial) => (trial.clientTokens ? [trial.clientTokens] : []))
  const events = counted.reduce((sum, tokens) => sum + tokens.contentEvents, 0)
  return events === 0 ? null : counted.reduce((sum, tokens) => sum + tokens.usageOutputTokens, 0) / events
}

/**
 * Fails when a trial was faster than the card can be (metrics section 8): more tokens/s than the largest batch that
 * the load allows can make, one stream faster than a step that reads all weights, or a cold prompt answered sooner
 * than its arithmetic takes. Every doubt is the run's: least context, highest clock, a batch as large as it could be.
 */
export function physicalLimit(record: TextGateInput): GateResult {
  const { scenario } = record
  if (scenario.kind !== 'text') return notMeasured('the limit of decoding is for text')
  const card = record.card.key === null ? null : cardByKey(record.card.key)
  const model = modelByKey(scenario.model)
  if (card === null) return notMeasured(`no limit without a card: ${record.card.reason ?? 'unknown card'}`)
  if (model === null) return notMeasured(`no limit without a model: ${scenario.model} is not in the catalogue`)
  if (record.trials.length === 0) return notMeasured('no trial was run')
  const serving = servingGpus(record.gpus)
  const gpus = Math.max(1, serving.length)
  const smClockGhz = Math.max(0, ...serving.map((gpu) => gpu.maxSmClockMHz ?? 0)) / 1000
  const dtype = record.endpoint.serving?.kvCacheDtype ?? scenario.server?.kvCacheDtype
  const shared = sharedPromptTokens(scenario.prompt.prefixCache, scenario.prompt.tokens)
  const shape = {
    contextTokens: Math.max(0, scenario.prompt.tokens - shared),
    kvBytesPerElement: dtype === undefined ? 1 : kvElementBytes(dtype),
    gpus,
    smClockGhz,
  } as const
  const concurrency = Math.min(connectionsOf(scenario.load), scenario.server?.maxNumSeqs ?? Number.POSITIVE_INFINITY)
  const together = decodeLimit(card, model, { ...shape, concurrency })
  const alone = decodeLimit(card, model, { ...shape, concurrency: 1 })
  const prefillMs = prefillLimitMs(card, model, Math.max(1, scenario.prompt.tokens - shared), gpus, smClockGhz)
  const rates = record.trials.map((trial) => trial.outputTokensPerS).filter((value) => value !== null)
  const streams = record.trials.map((trial) => trial.decodeTokensPerS).filter((value) => value !== null)
  const firsts = record.trials.map((trial) => trial.ttftMs.p50).filter((value) => value !== null)
  if (rates.length === 0) return notMeasured('no trial has a throughput')
  const rate = Math.max(...rates)
  const stream = Math.max(0, ...streams)
  const first = Math.min(Number.POSITIVE_INFINITY, ...firsts)
  const over = [
    rate > together.tokensPerS ? `${rate.toFixed(1)} tokens/s` : null,
    stream > alone.tokensPerS
      ? `one stream at ${stream.toFixed(1)} tokens/s (limit ${alone.tokensPerS.toFixed(1)})`
      : null,
    first < prefillMs ? `a first token after ${first.toFixed(1)} ms (limit ${prefillMs.toFixed(1)})` : null,
  ].filter((text) => text !== null)
  const sum = `${percent(rate / together.tokensPerS)} of the limit: ${rate.toFixed(1)} tokens/s, ${together.formula}`
  if (over.length === 0) return gateResult('pass', sum)
  return gateResult(
    'fail',
    `impossible as described: ${over.join(', ')}; ${sum}; speculation, a cached prefix, another model, a wrong count or another card would explain it`,
  )
}
