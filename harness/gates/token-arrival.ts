import { unsentTokens } from '../metrics/trial/unsent-tokens.ts'
import { isKnown, numberOf } from '../record/measured.ts'
import type { ClientTokens } from '../record/schema/server.ts'
import type { TextTrial } from '../record/schema/trial.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { defineGate, gateResult, notMeasured, sumOf } from './gate.ts'
import { failsAbove, isBeyond, percent, warnsAbove } from './threshold.ts'

const lumpedShare = warnsAbove({
  what: 'tokens that arrived at one moment with another one',
  value: 0.2,
  unit: 'share',
})
const wholeShare = failsAbove({
  what: 'answers of several tokens that arrived whole at one moment',
  value: 0.05,
  unit: 'share',
})

/** More tokens per event than this is the work of the server: a proxy passes events on, but does not join them. */
const BUNDLED_TOKENS_PER_EVENT = 1 / 0.9
/** Share of the time between two lumps for which the client itself must have been late to be their cause. */
const LATE_SHARE = 0.5
/** Steps of the engine that take twice the lowest bucket of its histogram or more can be told from bursts. */
const LONG_STEP_MS = 20
/** More tokens per engine step and request than this is speculation. */
const SPECULATED_TOKENS_PER_STEP = 1.02

/** A trial that says how its tokens arrived. */
interface Arrived {
  readonly trial: TextTrial
  readonly client: ClientTokens & { readonly lumpedTokens: number; readonly requestsAtOnce: number }
}

/** Tokens that do not arrive one by one have no time of their own. */
export const tokenArrival = defineGate({
  question: 'Did the tokens arrive one by one, as the server makes them?',
  kinds: ['text'],
  required: false,
  thresholds: { lumpedShare, wholeShare },
  statuses: ['pass', 'warn', 'fail', 'not-measured'],
  formula:
    'Tokens arrive at one moment if their events are read at once or follow within a tenth of the time per token (0.1 to 1 ms), or if one event has several. Fails when answers arrive whole, because they have no TPOT, or when the usage of the server counts tokens that it never sent. The cause follows from the delay of the event loop of this client, the tokens per event, and the times between the steps of the engine.',
  evidence: 'The share of tokens that arrived with others, the answers that arrived whole, and what held them back.',
  usualCauses:
    'A proxy that buffers or compresses event streams; `--stream-interval` of the server; speculative decoding; a client machine that is too busy to read in time.',
  whatToDo:
    'Switch off buffering and compression of event streams in the proxy (nginx: `proxy_buffering off`), or measure the server directly. Start the server without `--stream-interval`. If this client was late, stop other work on its machine.',
  evaluate({ trials }) {
    const arrived = trialsOfKind(trials, 'text').flatMap((trial): Arrived[] => {
      const { clientTokens } = trial
      const { lumpedTokens, requestsAtOnce } = clientTokens ?? {}
      return clientTokens === undefined || lumpedTokens === undefined || requestsAtOnce === undefined
        ? []
        : [{ trial, client: { ...clientTokens, lumpedTokens, requestsAtOnce } }]
    })
    if (arrived.length === 0) {
      return notMeasured(trials.length === 0 ? 'no trial was run' : 'no trial says how its tokens arrived')
    }
    const tokens = sumOf(arrived, ({ client }) => client.usageOutputTokens)
    const lumped = sumOf(arrived, ({ client }) => client.lumpedTokens)
    const requests = sumOf(arrived, ({ client }) => client.requestsOk)
    const whole = sumOf(arrived, ({ client }) => client.requestsAtOnce)
    const share = tokens === 0 ? 0 : lumped / tokens
    const seen = `${percent(share)} of ${tokens} tokens arrived at one moment with others`
    const isWhole = requests > 0 && isBeyond(wholeShare, whole / requests)
    const unsent = arrived.flatMap(({ trial, client }) => {
      const reason = unsentTokens(client, trial.server)
      return reason === null ? [] : [`trial ${trial.index}: ${reason}`]
    })
    if (isWhole) {
      const text = `${whole} of ${requests} answers arrived whole: something buffers the stream`
      return gateResult('fail', [text, seen, causeOf(arrived, true), ...unsent].join('; '))
    }
    // how such tokens arrived is not known
    if (unsent.length > 0) return gateResult('fail', unsent.join('; '))
    if (isBeyond(lumpedShare, share)) return gateResult('warn', `${seen}; ${causeOf(arrived, false)}`)
    return gateResult('pass', seen)
  },
})

/** What held the tokens back, as far as the counts of client and server tell it. */
function causeOf(arrived: readonly Arrived[], isWhole: boolean): string {
  const lateMs = Math.max(0, ...arrived.map(({ trial }) => trial.client.eventLoopDelayP99Ms ?? 0))
  const apartMs = Math.min(...arrived.map(({ trial }) => timeBetween(trial, isWhole)))
  if (lateMs >= LATE_SHARE * apartMs) {
    return `this client was starved: its event loop was ${lateMs.toFixed(1)} ms late (p99)`
  }
  const perEvent =
    sumOf(arrived, ({ client }) => client.usageOutputTokens) / sumOf(arrived, ({ client }) => client.contentEvents)
  if (perEvent > BUNDLED_TOKENS_PER_EVENT) {
    return `the server sends ${perEvent.toFixed(2)} tokens per event (--stream-interval, speculation, or a front end that falls behind)`
  }
  return engineCause(arrived)
}

/** The shortest time that an event loop must have been blocked to make such lumps, ms. */
function timeBetween({ chunkGapMs, e2eMs }: TextTrial, isWhole: boolean): number {
  const longest = isWhole ? e2eMs.p50 : isKnown(chunkGapMs.p99) ? chunkGapMs.p99 : chunkGapMs.max
  return numberOf(longest) ?? Number.POSITIVE_INFINITY
}

function engineCause(arrived: readonly Arrived[]): string {
  const between = 'a proxy or the network held them back, or a front end of the server that is short of CPU'
  const servers = arrived.flatMap(({ trial: { server } }) => (server ? [server] : []))
  for (const { tokensPerStep, itlMeanMs, itlShortShare } of servers) {
    const [perStep, stepMs] = [numberOf(tokensPerStep), numberOf(itlMeanMs)]
    if (perStep === null || stepMs === null || perStep > SPECULATED_TOKENS_PER_STEP) continue
    const short = itlShortShare === undefined ? null : numberOf(itlShortShare)
    const steps = `the server made one token per step of ${stepMs.toFixed(1)} ms`
    if (short === null || stepMs < LONG_STEP_MS) return `${steps}: ${between}`
    return short > 0.5
      ? `the server made them in bursts: ${percent(short)} of its steps took 10 ms or less, ${stepMs.toFixed(1)} ms on average`
      : `${steps}, ${percent(short)} of them 10 ms or less: ${between}`
  }
  return 'the counters of the server do not show whether it, a proxy or the network held them back'
}
