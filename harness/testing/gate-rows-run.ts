import type { TextRunLimit, TrainingRunLimit } from '../physics/limits/subject.ts'
import { runLimit } from '../physics/run-limit.ts'
import { missing } from '../record/measured.ts'
import type { Trial } from '../record/schema/trial.ts'
import { fail, type GateRows, pass, unmeasured, warn } from './gate-rows.ts'
import { type MeasuredRun, measuredRun } from './measured-run.ts'
import { makeEmbeddingsTrial, makeTextTrial, median } from './trial-builder.ts'

/** Rows of the gates that apply to every kind of run, except those of the card. */

const none = missing('not part of this test')
const client = (over: Partial<Trial['client']>): MeasuredRun => ({
  trial: { client: { ...makeTextTrial().client, ...over } },
})
const late = (late: number, due: number): MeasuredRun => ({ trial: { sendsInWindow: { due, late } } })
/** Late sends of the whole trial, where the window does not count its own. */
const lateInAll = (lateSends: number): MeasuredRun => ({
  trial: { requests: 1000, requestsOk: 1000, ...client({ lateSends }).trial },
})
const ttftError = (p99: number, ttftMs = 100): MeasuredRun => ({
  calibration: { ttftErrorMs: { p50: 0.2, p99, max: 6 } },
  trial: { ttftMs: median(ttftMs) },
})
/** Mean TTFT here and at the server, ms. */
const ttft = (ttftMeanMs: number, serverMs: number): MeasuredRun => ({
  client: { ttftMeanMs },
  server: { ttftMeanMs: serverMs },
})
const requests = (sent: number, ok: number): Partial<Trial> => ({
  requests: sent,
  requestsOk: ok,
  outcomes: { ok, timeout: sent - ok },
})
const steady = (windowMs: number): Partial<Trial> => ({ windowStartMs: 10_000, windowEndMs: 10_000 + windowMs })
/** The highest gauges of a server under a closed loop of ten. */
const queued = (runningMax: number, waitingMax: number): MeasuredRun => ({
  scenario: { load: { shape: 'closed', concurrency: 10 } },
  server: { runningMax, waitingMax },
})
const interval = (low: number, high: number): MeasuredRun => ({
  record: { result: { outputTokensPerS: { mean: 2000, ci95: [low, high], n: 3, unit: 'tokens/s' } } },
})

const image: MeasuredRun = {
  work: { kind: 'image', image: { steps: 28, guidance: 3.5 } },
  scenario: { model: 'flux.1-dev' },
  endpoint: { model: 'black-forest-labs/FLUX.1-dev', modelRoot: null },
}
const embeddings: MeasuredRun = {
  work: { kind: 'embeddings', texts: { tokens: 100 } },
}
const read = (usageTokens: number): MeasuredRun => ({
  ...embeddings,
  trial: { texts: { ...makeEmbeddingsTrial().texts, plannedTokens: 100_000, usageTokens } },
})
const textsPerS = (rate: number): MeasuredRun => ({
  ...embeddings,
  trial: { texts: { ...makeEmbeddingsTrial().texts, textsPerS: rate } },
})
const training: MeasuredRun = {
  work: { kind: 'training', training: { batch: 1, sequenceTokens: 1024, rank: 16, gradientCheckpointing: true } },
  scenario: { model: 'llama-3.1-8b-instruct' },
}
const trained = (model: string): MeasuredRun => ({
  ...training,
  record: { training: { command: ['python3'], config: { model } } },
})
const imagesPerS = (rate: number): MeasuredRun => ({
  ...image,
  trial: { image: { imagesPerS: rate, images: none, secondsPerImage: none, joulesPerImage: none } },
})

const trainedTokensPerS = (rate: number): MeasuredRun => ({
  ...training,
  trial: {
    training: {
      trainedTokensPerS: rate,
      steps: none,
      stepsPerS: none,
      joulesPerStep: none,
      firstLoss: none,
      finalLoss: none,
    },
  },
})

/** The limits of the runs themselves, so that a row can lie exactly on one. */
const limitOf = (run: MeasuredRun) => {
  const limit = runLimit(measuredRun(run))
  if ('reason' in limit) throw new Error(limit.reason)
  return limit
}
const text = limitOf({}) as TextRunLimit
const imageS = limitOf(image).value
const textsS = limitOf(embeddings).value
const { tokensPerS } = limitOf(training) as TrainingRunLimit
/** One step: far below any visible difference, far above rounding errors. */
const A_LITTLE_MORE = 1 + 1e-9

export const runRows: GateRows = {
  'live-source': [
    pass('no part was simulated', {}),
    fail('one part was simulated', { record: { source: 'simulated', sourceEvidence: ['driver 0.0-sim'] } }),
  ],
  'endpoint-model': [
    pass('the model and the context of the scenario', {}),
    fail('a context one token short', { endpoint: { maxModelLen: 16_383 } }),
    fail('another model', { endpoint: { modelRoot: 'meta-llama/Llama-3.2-1B' } }),
    warn('weights from a folder of any name', { endpoint: { modelRoot: './weights' } }),
    warn('a name that only --served-as gives to the model', {
      endpoint: { model: 'mine', modelRoot: null, servedAs: 'mine' },
    }),
    fail('the same name without it', { endpoint: { model: 'mine', modelRoot: null } }),
    fail('another model, whatever --served-as says', {
      endpoint: { model: 'mine', modelRoot: 'meta-llama/Llama-3.2-1B', servedAs: 'mine' },
    }),
    unmeasured('a server that does not report its context', { endpoint: { maxModelLen: null } }),
    pass('images: the model of the scenario', image),
    fail('images: another model', { ...image, endpoint: { model: 'sdxl', modelRoot: null } }),
    warn('images: a name that only --served-as gives to the model', {
      ...image,
      endpoint: { model: 'mine', modelRoot: null, servedAs: 'mine' },
    }),
    fail('training: another model', trained('gpt2')),
    unmeasured('training: a command that does not report its model', training),
  ],
  'client-headroom': [
    pass('event-loop delay of 5 ms', client({ eventLoopDelayP99Ms: 5 }), { at: 'eventLoopDelay' }),
    fail('event-loop delay of 5.1 ms', client({ eventLoopDelayP99Ms: 5.1 }), { beyond: 'eventLoopDelay' }),
    pass('80 % of a core', client({ cpuShareOfCore: 0.8 }), { at: 'cpuShare' }),
    fail('81 % of a core', client({ cpuShareOfCore: 0.81 }), { beyond: 'cpuShare' }),
    pass('10 of 10 000 requests of the window late', late(10, 10_000), { at: 'lateShare' }),
    fail('11 of them', late(11, 10_000), { beyond: 'lateShare' }),
    pass('3 of 100 late: one pause of the machine', late(3, 100), { at: 'lateFloor' }),
    fail('4 of 100 late', late(4, 100), { beyond: 'lateFloor' }),
    pass('every start late, before the window', { trial: { ...late(0, 900).trial, ...lateInAll(100).trial } }),
    pass('3 of 1000 late in a trial that does not count its window', lateInAll(3)),
    fail('4 of 1000 late there', lateInAll(4)),
    pass('no request dropped', client({ dropped: 0 }), { at: 'dropped' }),
    fail('one request dropped', client({ dropped: 1 }), { beyond: 'dropped' }),
    pass('a socket for every request', client({}), { at: 'noSocket' }),
    fail('one request without a file handle', client({ noSocket: 1 }), { beyond: 'noSocket' }),
    pass('TTFT error of 5 ms in the calibration', ttftError(5), { at: 'ttftError' }),
    fail('TTFT error of 5.1 ms in the calibration', ttftError(5.1), { beyond: 'ttftError' }),
    pass('TTFT error of 2 ms where 20 ms were measured', ttftError(2, 20), { at: 'ttftErrorShare' }),
    fail('2.1 ms where 20 ms were measured', ttftError(2.1, 20), { beyond: 'ttftErrorShare' }),
    pass('TTFT error of 1 ms where 4 ms were measured', ttftError(1, 4), { at: 'ttftErrorFloor' }),
    fail('1.1 ms where 4 ms were measured', ttftError(1.1, 4), { beyond: 'ttftErrorFloor' }),
    pass('a mean TTFT twice that of the server', ttft(400, 200), { at: 'serverTtft' }),
    fail('a little more than twice', ttft(400.1, 200), { beyond: 'serverTtft' }),
    fail('eight times that of the server', ttft(396, 50)),
    fail('eight times, not calibrated', { calibration: null, ...ttft(396, 50) }),
    pass('four times, 10 ms apart', ttft(13.3, 3.3), { at: 'serverTtftFloor' }),
    fail('four times, a little further apart', ttft(13.5, 3.3), { beyond: 'serverTtftFloor' }),
    pass('eight times, but the server also served others', {
      client: { ttftMeanMs: 396 },
      server: { ttftMeanMs: 50, requestSuccess: 11 },
    }),
    pass('at half of the highest rate', { calibration: { highestTokensPerS: 4000 } }, { at: 'ceilingShare' }),
    fail('just over half of it', { calibration: { highestTokensPerS: 3999 } }, { beyond: 'ceilingShare' }),
    warn('not calibrated', { calibration: null }),
    fail('not calibrated, and overloaded', { calibration: null, ...client({ cpuShareOfCore: 0.9 }) }),
    unmeasured('a client that did not measure itself', client({ eventLoopDelayP99Ms: null })),
  ],
  'input-tokens': [
    pass('1 % fewer tokens than asked for', read(99_000), { at: 'countDifference' }),
    fail('more than that', read(98_900), { beyond: 'countDifference' }),
    fail('texts that are longer', read(101_100)),
    unmeasured('no trial', { ...embeddings, record: { trials: [] } }),
  ],
  'error-rate': [
    pass('1 of 1000 failed', { trial: requests(1000, 999) }, { at: 'failedShare' }),
    fail('2 of 1000 failed', { trial: requests(1000, 998) }, { beyond: 'failedShare' }),
    pass('10 of 1000, as the scenario allows', { trial: requests(1000, 990), scenario: { maxErrorRate: 0.01 } }),
    fail('11 of 1000, which it does not', { trial: requests(1000, 989), scenario: { maxErrorRate: 0.01 } }),
    unmeasured('no request', { trial: requests(0, 0) }),
  ],
  'steady-state': [
    pass('half of trial.seconds steady', { trial: steady(30_000) }, { at: 'windowShare' }),
    fail('a millisecond less', { trial: steady(29_999) }, { beyond: 'windowShare' }),
    pass('as long as the scenario requires', {
      trial: steady(20_000),
      scenario: { trial: { seconds: 60, minWindowSeconds: 20 } },
    }),
    fail('shorter than it requires', {
      trial: steady(39_999),
      scenario: { trial: { seconds: 60, minWindowSeconds: 40 } },
    }),
    fail('no steady window', { trial: { windowStartMs: none, windowEndMs: none } }),
    pass('no request preempted', { server: { preemptions: 0 } }, { at: 'preemptions' }),
    warn('one request preempted', { server: { preemptions: 1 } }, { beyond: 'preemptions' }),
    pass('9 of 10 requests ran at once', queued(9, 1), { at: 'ranShare' }),
    warn('8 of 10, while one waited', queued(8, 1), { beyond: 'ranShare' }),
    pass('8 of 10, and none waited', queued(8, 0)),
    pass('an open loop, which keeps no number in flight', {
      ...queued(2, 9),
      scenario: { load: { shape: 'open', ratePerS: 5 } },
    }),
    unmeasured('no trial', { record: { trials: [] } }),
  ],
  precision: [
    pass('± 2 %', interval(1960, 2040), { at: 'halfWidth' }),
    fail('a little wider', interval(1959, 2040), { beyond: 'halfWidth' }),
    pass('± 5 %, as the scenario requires', { ...interval(1900, 2100), scenario: { certainty: { target: 0.05 } } }),
    unmeasured('one trial', {
      record: { result: { outputTokensPerS: { mean: 2000, ci95: null, n: 1, unit: 'tokens/s' } } },
    }),
  ],
  'physical-limit': [
    pass('at the limit', { trial: { outputTokensPerS: text.value } }, { at: 'rate' }),
    fail('over it', { trial: { outputTokensPerS: text.value * A_LITTLE_MORE } }, { beyond: 'rate' }),
    pass('a stream at its limit', { trial: { decodeTokensPerS: text.streamTokensPerS } }, { at: 'streamRate' }),
    fail(
      'a stream over it',
      { trial: { decodeTokensPerS: text.streamTokensPerS * A_LITTLE_MORE } },
      { beyond: 'streamRate' },
    ),
    pass('a first token at its limit', { trial: { ttftMs: median(text.firstTokenMs) } }, { at: 'firstToken' }),
    fail(
      'a first token too early',
      { trial: { ttftMs: median(text.firstTokenMs / A_LITTLE_MORE) } },
      { beyond: 'firstToken' },
    ),
    pass('images at the limit', imagesPerS(1 / imageS), { at: 'imageTime' }),
    fail('images over it', imagesPerS(A_LITTLE_MORE / imageS), { beyond: 'imageTime' }),
    pass('texts at the limit', textsPerS(textsS)),
    fail('texts over it', textsPerS(textsS * A_LITTLE_MORE)),
    pass('training at the limit', trainedTokensPerS(tokensPerS)),
    fail('training over it', trainedTokensPerS(tokensPerS * A_LITTLE_MORE)),
    unmeasured('a card that is not known', { card: { key: null, name: null, reason: 'no GPU was read' } }),
  ],
}
