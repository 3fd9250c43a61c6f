import { engineOf } from '../engines/table.ts'
import { isKnown, knownOf, numberOf, reasonOf } from '../record/measured.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, gateResult, notMeasured, sumOf, type TextGateInput } from './gate.ts'
import { failsAbove, isBeyond, percent, warnsAbove } from './threshold.ts'

const draftTokens = failsAbove({
  what: 'tokens that the server drafted',
  value: 0,
  unit: 'tokens',
})
/** Slightly above 1, because the counters are read between steps. */
const tokensPerStep = failsAbove({
  what: 'output tokens per engine step and request',
  value: 1.02,
  unit: 'tokens',
})
const tokensPerEvent = warnsAbove({
  what: 'output tokens per event of the stream',
  value: 1 / 0.9,
  unit: 'tokens',
})

/** No scenario requests speculation, so a run with speculation was not measured as described. */
export const speculation = defineGate({
  question: 'Did the server make each token with a full step of the model?',
  kinds: ['text'],
  required: false,
  thresholds: { draftTokens, tokensPerStep, tokensPerEvent },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Fails when the server reports speculative decoding, when its draft counters increased, or when a request received more than one token per engine step. Multi-token events alone warn, and only where the server does not count its steps: a busy front end and `--stream-interval` also cause them (`token-arrival`).',
  evidence: 'Drafted and accepted tokens, output tokens per engine step and request, output tokens per event.',
  usualCauses:
    'The server was started with a draft model, n-gram or MTP speculation, which some recipes of models switch on; or events were merged on their way.',
  whatToDo:
    'Start the server without `--speculative-config`. After a warning, start it without `--stream-interval` and look for a slow client or proxy.',
  evaluate(record) {
    const { serving } = record.endpoint
    const servers = trialsOfKind(record.trials, 'text').flatMap((trial) => (trial.server ? [trial.server] : []))
    const drafted = sumOf(servers, (server) => numberOf(server.specDecodeDraftTokens) ?? 0)
    const accepted = sumOf(servers, (server) => numberOf(server.specDecodeAcceptedTokens) ?? 0)
    if (isBeyond(draftTokens, drafted) || isBeyond(draftTokens, accepted)) {
      return gateResult('fail', `${draftsInWords(drafted, accepted)}; no scenario requests speculation`)
    }
    if (serving?.speculation) return gateResult('fail', 'speculative decoding is configured; no scenario requests it')
    const steps = knownOf(servers.map((server) => server.tokensPerStep))
    const highest = Math.max(0, ...steps)
    if (isBeyond(tokensPerStep, highest)) {
      return gateResult(
        'fail',
        `${highest.toFixed(2)} output tokens per engine step and request: the server speculates without reporting it`,
      )
    }
    const perEvent = eventTokens(record)
    const streams = perEvent === null ? 'no streams were received' : `${perEvent.toFixed(2)} tokens per event`
    // some engines always export these counters
    const stoodStill = servers.length > 0 && servers.every((server) => isKnown(server.specDecodeDraftTokens))
    if (steps.length === 0 && serving?.speculation !== false && !stoodStill) {
      const why = (servers[0] && reasonOf(servers[0].tokensPerStep)) ?? 'the counters of the server were not read'
      return notMeasured(`tokens per engine step: ${why}; ${streams}`)
    }
    const evidence = [
      ...(serving?.speculation === false
        ? [engineOf(record.endpoint.engine).noSpeculation ?? 'the server reports no speculation']
        : []),
      ...(serving?.speculation !== false && stoodStill ? ['its draft counters stood still'] : []),
      ...(steps.length > 0 ? [`${highest.toFixed(3)} output tokens per engine step and request`] : []),
      streams,
    ].join('; ')
    // where the server counts one token per step, events of several tokens say nothing about it
    const isSuspect = steps.length === 0 && perEvent !== null && isBeyond(tokensPerEvent, perEvent)
    return gateResult(isSuspect ? 'warn' : 'pass', evidence)
  },
})

/** An engine may count the tokens that it accepted, and not those that it drafted. */
const draftsInWords = (drafted: number, accepted: number): string =>
  drafted > 0
    ? `${drafted} tokens were drafted, ${accepted} of them accepted (${percent(accepted / drafted)})`
    : `${accepted} drafted tokens were accepted`

function eventTokens({ trials }: TextGateInput): number | null {
  const counted = trialsOfKind(trials, 'text').flatMap((trial) => (trial.clientTokens ? [trial.clientTokens] : []))
  const events = sumOf(counted, (tokens) => tokens.contentEvents)
  return events === 0 ? null : sumOf(counted, (tokens) => tokens.usageOutputTokens) / events
}
