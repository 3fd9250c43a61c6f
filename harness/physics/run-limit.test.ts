import { describe, expect, test } from 'vitest'
import { cardByKey } from '../catalogue/cards.ts'
import { scenarioSchema, type TextScenario } from '../scenario/schema.ts'
import { type LimitSubject, plannedRun, type TextRunLimit } from './limits/subject.ts'
import { runLimit } from './run-limit.ts'

const rtx4090 = cardByKey('rtx-4090')!
const gpu = (maxSmClockMHz: number | null = null, serving = true, maxMemClockMHz: number | null = null) => ({
  serving,
  maxSmClockMHz,
  maxMemClockMHz,
})
const text = (over: object = {}) =>
  scenarioSchema.parse({
    name: 'one',
    title: 'One',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    server: { kvCacheDtype: 'fp8' },
    load: { shape: 'closed', concurrency: 32 },
    prompt: { tokens: 512 },
    output: { tokens: 256 },
    ...over,
  }) as TextScenario
const subject = (over: Partial<LimitSubject> = {}): LimitSubject => ({
  scenario: text(),
  card: { key: 'rtx-4090' },
  gpus: [gpu()],
  endpoint: {},
  ...over,
})
function limitOf(over: Partial<LimitSubject> = {}): TextRunLimit {
  const limit = runLimit(subject(over))
  if ('reason' in limit || limit.kind !== 'text') throw new Error(JSON.stringify(limit))
  return limit
}

describe('text, by hand: 8.031 GB of weights and 32 x 512 tokens of 64 KiB are 9.105 GB, less 0.075 in L2: 8.96 ms on an RTX 4090', () => {
  test('value, unit, what binds, the sum in words, and the limits of one stream and of a first token', () => {
    expect(limitOf()).toMatchObject({
      kind: 'text',
      value: expect.closeTo(3572.6, 1),
      unit: 'tokens/s',
      boundBy: 'memory bandwidth',
      formula: '32 / ((9.10 GB per step - 72 MiB of L2) / 1008 GB/s = 8.96 ms) = 3572.6 tokens/s',
      // (8.031 GB + 33.6 MB - 75.5 MB) / 1008 GB/s
      streamTokensPerS: expect.closeTo(126.2, 1),
      // 512 x 13.96 GFLOP, 1.05 of lm_head and 68.7 of attention: 7.217 TFLOP at 660.6 TFLOPS
      firstTokenMs: expect.closeTo(10.93, 1),
    })
  })

  test('no more at once than the server admits', () => {
    expect(limitOf({ scenario: text({ server: { kvCacheDtype: 'fp8', maxNumSeqs: 8 } }) }).value).toBeCloseTo(980.6, 1)
  })

  test('an open load may hold all of its connections in flight', () => {
    const load = { shape: 'open', ratePerS: 1, maxInFlight: 32 }
    expect(limitOf({ scenario: text({ load }) }).value).toBe(limitOf().value)
  })

  test('two GPUs that serve are two with two caches, one that is idle is none', () => {
    // (9.104 - 2 x 0.0755) GB / 2016 GB/s
    expect(limitOf({ gpus: [gpu(), gpu(), gpu(null, false)] }).value).toBeCloseTo(7205.4, 0)
    expect(limitOf({ gpus: [] }).value).toBe(limitOf().value)
  })

  test('the higher of rated and seen clock raises arithmetic, of the GPUs that served only', () => {
    const { firstTokenMs } = limitOf()
    const faster = 1250 * rtx4090.boostGhz.value
    expect(limitOf({ gpus: [gpu(faster)] }).firstTokenMs).toBeCloseTo(firstTokenMs / 1.25, 6)
    expect(limitOf({ gpus: [gpu(faster), gpu(1000)] }).firstTokenMs).toBeCloseTo(
      limitOf({ gpus: [gpu(faster), gpu(faster)] }).firstTokenMs,
      6,
    )
    expect(limitOf({ gpus: [gpu(1000)] }).firstTokenMs).toBe(firstTokenMs)
    expect(limitOf({ gpus: [gpu(), gpu(faster, false)] }).firstTokenMs).toBe(firstTokenMs)
  })
})

describe('the memory clock', () => {
  const raised = gpu(null, true, 11_550)
  test('the highest that driver or samples show, of the GPUs that served, raises the limit as it raises the bandwidth', () => {
    expect(limitOf({ gpus: [raised] }).value).toBeCloseTo(1.1 * limitOf().value, 6)
    expect(limitOf({ gpus: [gpu(), gpu(null, false, 11_550)] }).value).toBe(limitOf().value)
    const seen = (window: object) => limitOf({ telemetry: { trials: [{ window }] } }).value
    expect(seen({ memClockMHz: 11_550 })).toBeCloseTo(1.1 * limitOf().value, 6)
    expect([seen({ memClockMHz: 9501 }), seen({ value: null, reason: 'no samples' })]).toEqual([
      limitOf().value,
      limitOf().value,
    ])
  })
})

describe('bytes of KV', () => {
  const unnamed = text({ server: {} })

  test('what the server reports goes before what the scenario asks for', () => {
    const endpoint = { serving: { kvCacheDtype: 'auto' } }
    // 32 x 512 tokens of 128 KiB: 10.18 GB
    expect(limitOf({ endpoint }).formula).toContain('10.18 GB')
    expect(limitOf({ scenario: unnamed, endpoint: { serving: { kvCacheDtype: 'fp8_e4m3' } } }).value).toBe(
      limitOf().value,
    )
  })

  test('not known: the least, so that nothing true passes the limit, and the sum says so', () => {
    const { value, formula } = limitOf({ scenario: unnamed, endpoint: { serving: { kvCacheDtype: null } } })
    expect(value).toBe(limitOf().value)
    expect(formula).toContain('(KV cache type unknown: 1 byte per element, the minimum)')
  })

  test('a type of unknown size has no limit, because two bytes would make a valid run impossible', () => {
    expect(runLimit(subject({ endpoint: { serving: { kvCacheDtype: 'nvfp4' } } }))).toEqual({
      reason: 'the element size of KV cache type nvfp4 is unknown',
    })
  })
})

describe('tokens that need not be read or computed', () => {
  test('a shared prefix is neither context nor prefill', () => {
    const shared = limitOf({ scenario: text({ prompt: { tokens: 512, prefixCache: 'shared:500' } }) })
    const short = limitOf({ scenario: text({ prompt: { tokens: 12 } }) })
    expect([shared.value, shared.firstTokenMs]).toEqual([short.value, short.firstTokenMs])
    // 8.03 GB of weights all the same, less what is in L2
    expect(limitOf({ scenario: text({ prompt: { tokens: 512, prefixCache: 'warm' } }) }).firstTokenMs).toBeCloseTo(
      7.89,
      2,
    )
  })

  test('a later turn of a conversation computes its own tokens only', () => {
    const session = { turns: 10, userTokens: 128 }
    const load = { shape: 'closed', concurrency: 32, session }
    const turns = limitOf({ scenario: text({ load }) })
    expect(turns.firstTokenMs).toBe(limitOf({ scenario: text({ prompt: { tokens: 128 } }) }).firstTokenMs)
    expect(turns.value).toBe(limitOf().value)
    const once = limitOf({ scenario: text({ load: { ...load, session: { ...session, turns: 1 } } }) })
    expect(once.firstTokenMs).toBe(limitOf().firstTokenMs)
  })

  test('of a distribution of lengths the streams have its mean less three standard errors, one stream and one prefill the shortest', () => {
    const tokens = { distribution: 'uniform', min: 256, max: 768 }
    const spread = limitOf({ scenario: text({ prompt: { tokens } }) })
    // 512 - 3 x 148.1 / √32
    const fixed = limitOf({ scenario: text({ prompt: { tokens: 433 } }) })
    expect(spread.value).toBeCloseTo(fixed.value, 6)
    const shortest = limitOf({ scenario: text({ prompt: { tokens: 256 } }) })
    expect(spread.streamTokensPerS).toBe(shortest.streamTokensPerS)
    expect(spread.firstTokenMs).toBe(shortest.firstTokenMs)
  })

  test('the lengths of a trace stand in its file: none is counted', () => {
    const load = { shape: 'trace', file: 'a.jsonl', maxInFlight: 32 }
    expect(limitOf({ scenario: text({ load }) }).value).toBe(
      limitOf({ scenario: text({ prompt: { tokens: 1, prefixCache: 'warm' } }) }).value,
    )
  })
})

describe('images and training', () => {
  const flux = scenarioSchema.parse({
    name: 'flux',
    title: 'FLUX',
    kind: 'image',
    model: 'flux.1-dev',
    load: { shape: 'closed', concurrency: 1 },
    image: { steps: 28, guidance: 3.5 },
  })
  const qlora = scenarioSchema.parse({
    name: 'qlora',
    title: 'QLoRA',
    kind: 'training',
    model: 'llama-3.1-8b-instruct',
    training: { batch: 2, sequenceTokens: 1024, rank: 16, gradientCheckpointing: true },
  })

  test('28 passes of 74.4 TFLOP at the 660.6 TFLOPS of 8 bits are 3.15 s per image', () => {
    expect(runLimit(subject({ scenario: flux }))).toMatchObject({
      kind: 'image',
      value: expect.closeTo(3.15, 2),
      unit: 's/image',
      boundBy: 'arithmetic',
      formula: '28 passes x 74.4 TFLOP / 660.6 TFLOPS = 3.15 s per image',
    })
  })

  test('15,775 tokens/s in steps of 2048 are 7.70 steps/s, and twice that on two GPUs', () => {
    expect(runLimit(subject({ scenario: qlora }))).toMatchObject({
      kind: 'training',
      value: expect.closeTo(15_775 / 2048, 3),
      unit: 'steps/s',
      tokensPerS: expect.closeTo(15_775, 0),
      formula: '660.6 TFLOPS / 41.88 GFLOP per token = 15775 tokens/s, 2048 tokens per step = 7.70 steps/s',
    })
    expect(runLimit(subject({ scenario: qlora, gpus: [gpu(), gpu()] }))).toMatchObject({
      value: expect.closeTo((2 * 15_775) / 2048, 2),
    })
  })
})

test.each([
  ['no card', { card: { key: null, reason: 'no GPU was read' } }, 'no GPU was read'],
  ['a card of another name', { card: { key: null, name: 'GTX 970' } }, 'GTX 970 is not in the catalogue'],
  ['a card that the catalogue lacks', { card: { key: 'gtx-970' } }, 'gtx-970 is not in the catalogue'],
  ['a model that it lacks', { scenario: text({ model: 'mine' }) }, 'mine is not in the catalogue'],
])('%s has no limit, and the reason is said', (_, over, reason) => {
  expect(runLimit(subject(over))).toEqual({ reason })
})

test('a plan has the GPUs that the scenario asks for, at their rated clock', () => {
  const pair = text({ server: { kvCacheDtype: 'fp8', tensorParallel: 2 } })
  expect(runLimit(plannedRun(pair, rtx4090))).toMatchObject({ value: expect.closeTo(7205.4, 0) })
})
