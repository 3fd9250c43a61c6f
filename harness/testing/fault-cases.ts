import type { FaultName } from '../simulator/faults/names.ts'
import type { LaunchOptions } from '../simulator/launch.ts'

/** One run on the simulator with a fault, and the signs that must show it. */
export interface FaultCase {
  readonly title: string
  readonly launch: Partial<LaunchOptions>
  /** Whether nvidia-smi is used; a run without it is faster. */
  readonly watched?: boolean
  /** GPUs that are named with `--gpus`. Default: none. */
  readonly gpus?: readonly string[]
  /** Default: none. */
  readonly warmupSeconds?: number
  /** Default: 3. */
  readonly seconds?: number
  /** Default: 32. */
  readonly outputTokens?: number
  /** Whether the server must be idle before the run, as for the command line. */
  readonly requiresIdle?: boolean
  /** Default: completions. */
  readonly api?: 'completions' | 'chat'
  /** Signs that must be present, in the form of `signsOf` in fault-runs.ts. */
  readonly mustShow: readonly string[]
}

const sound = [
  'every request ok',
  'the tokens agree',
  'error-rate pass',
  'prompt-shape pass',
  'cache-clean pass',
  'speculation pass',
]

/** The reference runs without faults, with and without nvidia-smi. */
export const cleanCases: readonly FaultCase[] = [
  { title: 'nothing', launch: {}, mustShow: sound },
  {
    title: 'nothing, with nvidia-smi',
    launch: {},
    watched: true,
    mustShow: [
      ...sound,
      'physical-limit pass',
      'serving-card pass',
      'card-health pass',
      'power-plausible pass',
      'energy-agreement pass',
      'gpu-exclusive pass',
      'throttle pass',
      'power-limit pass',
    ],
  },
]

/** Every fault, lie and sensor fault that lets a run start. Faults with distinct signs share a run. */
export const faultCases: readonly FaultCase[] = [
  {
    title: 'unknown-params: they are omitted, and answers end early',
    launch: { faults: ['unknown-params'] },
    mustShow: ['every request ok', 'the tokens agree', 'prompt-shape fail'],
  },
  {
    title: 'in-stream-error, cut-stream, abort',
    launch: { faults: ['in-stream-error', 'cut-stream', 'abort'], faultShare: 0.4 },
    mustShow: ['outcome stream-error', 'outcome truncated', 'outcome aborted', 'error-rate fail'],
  },
  {
    title: 'engine-death',
    launch: { faults: ['engine-death'] },
    mustShow: ['outcome stream-error', 'outcome http-5xx', 'outcome connect', 'error-rate fail'],
  },
  // 320 tokens of context are 20 blocks: the four sequences of a run require 24
  {
    title: 'preemption-storm',
    launch: { faults: ['preemption-storm'], maxModelLen: 320 },
    // preempted sequences leave gaps, and the window requires a second without gaps
    seconds: 5,
    mustShow: ['preemptions in server.csv', 'steady-state warn'],
  },
  {
    title: 'merged-chunks',
    launch: { faults: ['merged-chunks'], faultShare: 1 },
    mustShow: ['every request ok', 'token-arrival warn', 'the server bundles', 'speculation pass', 'a decode rate'],
  },
  {
    title: 'missing-usage',
    launch: { faults: ['missing-usage'] },
    mustShow: ['outcome malformed', 'error-rate fail'],
  },
  {
    title: 'old-metric-names',
    launch: { faults: ['old-metric-names'] },
    mustShow: ['metric names vllm-older', 'every counter was read', 'the tokens agree'],
  },
  // between warm-up and trial connections are idle for longer than the server keeps them open
  {
    title: 'keep-alive-close',
    launch: { faults: ['keep-alive-close'] },
    warmupSeconds: 0.4,
    mustShow: ['every request ok'],
  },
  { title: 'lie prefix-hits', launch: { lies: ['prefix-hits'] }, mustShow: ['cache-clean fail'] },
  { title: 'lie usage-off-3-percent', launch: { lies: ['usage-off-3-percent'] }, mustShow: ['token-audit fail'] },
  {
    title: 'lie other-model-speed',
    launch: { lies: ['other-model-speed'] },
    watched: true,
    // long answers: what a busy machine takes for each request is little beside them, and the rate stays beyond the limit
    outputTokens: 400,
    seconds: 4,
    mustShow: ['physical-limit fail'],
  },
  {
    title: 'lie silent-speculation, no counters',
    launch: { lies: ['silent-speculation'] },
    mustShow: ['speculation fail'],
  },
  {
    title: 'lie silent-speculation, with counters',
    launch: { lies: ['silent-speculation'], draftCounters: true },
    mustShow: ['speculation fail'],
  },
  { title: 'lie early-stop', launch: { lies: ['early-stop'] }, mustShow: ['prompt-shape fail'] },
  { title: 'nothing, by chat', launch: {}, api: 'chat', mustShow: [...sound, 'exact prompts'] },
  {
    title: 'lie split-words: chat prompts of words that are two tokens each',
    launch: { lies: ['split-words'] },
    api: 'chat',
    mustShow: ['every request ok', 'prompt-shape pass', 'exact prompts'],
  },
  {
    title: 'no-continuous-usage: the server refuses an option of ours',
    launch: { faults: ['no-continuous-usage'] },
    mustShow: sound,
  },
  {
    title: 'busy: some requests get HTTP 429',
    launch: { faults: ['busy'] },
    mustShow: ['outcome http-4xx', 'error-rate fail', 'words of http-4xx: HTTP 429: queue is full, retry after 3 s'],
  },
  {
    title: 'bad-gateway: the proxy loses its server',
    launch: { faults: ['bad-gateway'] },
    seconds: 30,
    mustShow: ['outcome http-5xx', 'status failed', 'warned of http-5xx'],
  },
  {
    title: 'engine-death, in a long trial',
    launch: { faults: ['engine-death'] },
    seconds: 30,
    mustShow: ['outcome connect', 'status failed', 'ended early'],
  },
  { title: 'lie foreign-traffic', launch: { lies: ['foreign-traffic'] }, mustShow: ['token-audit fail'] },
  {
    title: 'sensor dies',
    launch: { sensorFaults: ['dies'] },
    watched: true,
    mustShow: ['energy-coverage fail', 'throttle not-measured', 'thermal-soak not-measured'],
  },
  { title: 'sensor hangs', launch: { sensorFaults: ['hangs'] }, watched: true, mustShow: ['energy-coverage fail'] },
  { title: 'sensor gaps', launch: { sensorFaults: ['gaps'] }, watched: true, mustShow: ['energy-coverage fail'] },
  {
    title: 'sensor frozen-value',
    launch: { sensorFaults: ['frozen-value'] },
    watched: true,
    mustShow: ['energy-coverage fail', 'a stale sensor'],
  },
  {
    title: 'sensor throttled, other-process, ecc-errors, wrong-power-limit',
    launch: { sensorFaults: ['throttled', 'other-process', 'ecc-errors', 'wrong-power-limit'] },
    watched: true,
    mustShow: ['throttle fail', 'gpu-exclusive fail', 'ecc fail', 'power-limit fail'],
  },
]

const stream = (title: string, faults: readonly FaultName[], ...mustShow: string[]): FaultCase => ({
  title,
  launch: { faults, faultShare: 1 },
  mustShow,
})

/** A fault of some streams only: where every stream fails, no run starts. */
const partly = (title: string, faults: readonly FaultName[], ...mustShow: string[]): FaultCase => ({
  title: `${title}, in some streams`,
  launch: { faults, faultShare: 0.4 },
  mustShow,
})

/** Streams of other servers, and of proxies that do not pass them on as they are, from public reports of the field. */
export const streamCases: readonly FaultCase[] = [
  stream(
    'every second token without a text',
    ['invisible-tokens'],
    'every request ok',
    'the tokens agree',
    'speculation pass',
    'TPOT as at the server',
  ),
  stream('half of an answer without events', ['unsent-tokens'], 'token-arrival fail', 'no decode rate'),
  stream(
    'the finish_reason in an event of its own',
    ['separate-finish'],
    'every request ok',
    'the tokens agree',
    'TPOT as at the server',
  ),
  partly('event: error', ['error-event'], 'outcome stream-error', 'error-rate fail'),
  stream(
    'a proxy that buffers each answer',
    ['buffered-stream'],
    'every request ok',
    'token-arrival fail',
    'a proxy in front of the server',
    'speculation pass',
    'no decode rate',
  ),
  stream(
    'a proxy that passes on ten events at a time',
    ['lumped-stream'],
    'every request ok',
    'token-arrival warn',
    'speculation pass',
    'TPOT as at the server',
  ),
  stream('a byte order mark', ['byte-order-mark'], 'every request ok', 'the tokens agree', 'TPOT as at the server'),
  stream(
    'connections that are closed after each answer',
    ['closes-quietly'],
    'every request ok',
    'connections replaced',
    'error-rate pass',
  ),
]
