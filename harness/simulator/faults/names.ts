import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'

/** Faults of a server, by the name that switches them on. */
export const faults = {
  'start-refused': 'the server listens only after 2 s; until then connections are refused, as while vLLM loads',
  'oom-at-start': 'the server prints the log of a vLLM that ran out of memory and exits with 1',
  'in-stream-error': 'streams end half-way with an error event, followed by [DONE]',
  'cut-stream': 'streams end half-way, without [DONE]',
  abort: 'streams end half-way with finish_reason abort',
  'engine-death':
    'the engine exits under load: errors in all streams, /health returns 503, then connections are refused',
  'preemption-storm': 'the KV cache holds only one sequence of full length',
  'merged-chunks': 'four tokens per event, as from an overloaded front end',
  'missing-usage': 'no usage although it was requested',
  'old-metric-names': 'the metrics of vLLM 0.9.1',
  restart: 'the server restarts under load: connections are closed, and its counters begin anew',
  'two-servers': '/metrics is that of this server and of another one in turn, as behind a load balancer',
  'other-model': 'another model of the server is at work, with its series on the same page of /metrics',
  'log-stats-off': '/metrics without the counters of vLLM, as with --disable-log-stats',
  'metrics-redirect': '/metrics redirects to /metrics/',
  'slow-metrics': '/metrics takes 1.5 s to answer',
  'keep-alive-close': 'idle connections are closed after 0.3 s instead of 5 s',
  'closes-quietly': 'the connection is closed after each answer, without saying so',
  'invisible-tokens': 'every second token has no text, as a special token; its event is sent',
  'unsent-tokens': 'the first half of each answer has no events, and usage counts it',
  'separate-finish': 'the finish_reason comes in an event of its own, without a token',
  'missing-done': 'streams end without [DONE]',
  'error-event': 'streams end half-way with an event of the type error',
  'buffered-stream': 'a proxy holds each stream back and sends it whole',
  'lumped-stream': 'a proxy passes events on ten at a time',
  'compressed-stream': 'a proxy compresses streams though no client asked for it',
  'byte-order-mark': 'a byte order mark stands before the first event',
  'error-with-200': 'requests for a stream are answered with an error document and status 200',
  'not-streamed': 'requests for a stream are answered with one JSON document',
  'login-page': 'requests for a stream are answered with an HTML page and status 200',
  redirect: 'requests for a stream are redirected to another server',
  'unknown-params': 'requests with ignore_eos or min_tokens are refused with HTTP 400',
  'no-continuous-usage': 'requests with continuous_usage_stats are refused with HTTP 400',
  busy: 'some requests are refused with HTTP 429',
  'bad-gateway': 'after a few requests every answer is the 502 page of a proxy',
} as const

/** False behaviour of a server for every request, by the name that switches it on. */
export const lies = {
  'prefix-hits': 'half of each prompt is a prefix-cache hit, for any prompt, and is counted as one',
  'usage-off-3-percent': 'usage reports 3 % more output tokens than were generated',
  'other-model-speed': 'the speed of a model a quarter of the size',
  'silent-speculation': 'several tokens per step; draft counters are exported only with --draft-counters',
  'early-stop': 'answers stop at half their length with finish_reason stop and the matching usage',
  'foreign-traffic': 'another client loads the server',
  'split-words': 'the vocabulary lacks common words: each is two tokens',
} as const

/** Faults of a card or its sensors, as shown by nvidia-smi. */
export const sensorFaults = {
  dies: 'nvidia-smi fails permanently soon after the load starts',
  hangs: 'nvidia-smi hangs for 10 s soon after the load starts',
  gaps: 'no reading for 1.5 s of every 2 s under load',
  'frozen-value': 'the power reading stops changing soon after the load starts',
  throttled: 'hardware thermal slowdown under load',
  'other-process': 'another process uses memory of the card',
  'ecc-errors': 'memory errors under load, one of them uncorrected',
  'wrong-power-limit': 'the enforced power limit is 80 % of the default',
  'absurd-power': 'one power reading of 4 294 967 W under load',
  'zero-watts': 'power is reported as 0 W',
  'stuck-power': 'power is reported as 60 % of the limit, idle and under load',
  'above-limit': 'power under load is reported as 115 % of the enforced limit',
  'instant-apart': 'power.draw is 62.5 % of power.draw.instant',
  'mig-slice': 'MIG is on: the server has a slice, and power is that of the whole board',
  vgpu: 'the card is a virtual GPU',
  'hidden-memory': 'memory is not reported',
  'hidden-power': 'power is not reported',
  'requires-reset': 'the card requires a reset soon after the load starts',
  'gpu-lost': 'the card is lost soon after the load starts',
  xid: 'the card raises an Xid error soon after the load starts',
} as const

export type FaultName = keyof typeof faults
export type LieName = keyof typeof lies
export type SensorFaultName = keyof typeof sensorFaults

const namesOf = <Name extends string>(texts: Readonly<Record<Name, string>>): Name[] => Object.keys(texts) as Name[]
export const faultNames: readonly FaultName[] = namesOf(faults)
export const lieNames: readonly LieName[] = namesOf(lies)
export const sensorFaultNames: readonly SensorFaultName[] = namesOf(sensorFaults)

/** The names in `text`, separated by commas. Throws `bad-input` with the nearest name, else all. */
export function readNames<Name extends string>(flag: string, text: string, known: readonly Name[]): Name[] {
  const names = text.split(',').map((name) => name.trim())
  return names.map((given) => {
    const name = known.find((candidate) => candidate === given)
    if (name !== undefined) return name
    throw new JoulemarkError('bad-input', `--${flag} "${given}" is not known; ${suggestion(given, known)}`)
  })
}
