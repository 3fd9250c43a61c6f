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
