import { describe, expect, it } from 'vitest'
import { Engine, type EngineConfig } from './engine.ts'
import type { EngineObserver } from './observer.ts'
import type { FinishReason } from './sequence.ts'

const MS_PER_STEP = 10

const plain: EngineConfig = {
  blockSize: 16,
  blockCount: 1000,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 2048,
  prefixCaching: true,
  maxModelLen: 4096,
  vocab: 1000,
  seed: 1,
  frontEndMs: 5,
  jitterCv: 0,
  warmupExcess: 0,
  warmupSteps: 1,
  costOf: () => ({ timeMs: MS_PER_STEP, memoryShare: 1, computeShare: 0, bandwidthShare: 0.75, arithmeticShare: 0 }),
}

interface Asked {
  prompt: number[]
  maxTokens: number
  stopAfterTokens?: number
  cacheSalt?: string
}

/** An engine on a clock that the test moves by hand, and everything that came out of it. */
function bench(config: Partial<EngineConfig> = {}) {
  const seen = {
    hits: 0,
    queried: 0,
    preemptions: 0,
    finished: [] as FinishReason[],
    steps: [] as { startMs: number; endMs: number }[],
  }
  const observer: EngineObserver = {
    stepBegan: (startMs, endMs) => seen.steps.push({ startMs, endMs }),
    prefixLookup: (queried, hits) => {
      seen.queried += queried
      seen.hits += hits
    },
    preempted: () => {
      seen.preemptions += 1
    },
    finished: (_sequence, reason) => seen.finished.push(reason),
  }
  const engine = new Engine({ ...plain, ...config }, [observer])
  const submit = (asked: Asked, nowMs: number) => {
    const tokens: { piece: number; count: number; finish: FinishReason | null }[] = []
    const sequence = engine.submit(
      {
        promptTokens: asked.prompt,
        cacheSalt: asked.cacheSalt ?? '',
        maxTokens: asked.maxTokens,
        stopAfterTokens: asked.stopAfterTokens ?? Number.POSITIVE_INFINITY,
        onToken: (piece, count, finish) => tokens.push({ piece, count, finish }),
      },
      nowMs,
    )
    return { sequence, tokens }
  }
  return { engine, seen, submit }
}

const prompt = (length: number, first = 0): number[] => Array.from({ length }, (_, index) => (first + index) % 1000)

describe('Engine', () => {
  it('gives the first token one step after the front end and then one token per step', () => {
    const { engine, submit } = bench()
    const { sequence, tokens } = submit({ prompt: prompt(100), maxTokens: 4 }, 1000)
    engine.advance(1014)
    expect(tokens).toHaveLength(0)
    engine.advance(1015)
    expect(tokens).toHaveLength(1)
    engine.advance(2000)
    expect(tokens.map(({ count, finish }) => [count, finish])).toEqual([
      [1, null],
      [2, null],
      [3, null],
      [4, 'length'],
    ])
    expect(sequence.firstTokenMs).toBe(1015)
    expect(sequence.lastTokenMs).toBe(1045)
    expect(engine.nextEventMs).toBeNull()
  })

  it('keeps its pace however late and seldom it is looked at', () => {
    const often = bench({ jitterCv: 0.02 })
    const seldom = bench({ jitterCv: 0.02 })
    const first = often.submit({ prompt: prompt(10), maxTokens: 500 }, 0)
    const second = seldom.submit({ prompt: prompt(10), maxTokens: 500 }, 0)
    for (let nowMs = 0; nowMs < 6000; nowMs += 1) often.engine.advance(nowMs)
    for (let nowMs = 0; nowMs < 6000; nowMs += 700) seldom.engine.advance(nowMs)
    expect(second.sequence.lastTokenMs).toBe(first.sequence.lastTokenMs)
    expect(first.sequence.lastTokenMs).toBeCloseTo(5 + 500 * MS_PER_STEP, -2)
  })

  it('begins each step where the last one ended', () => {
    const { engine, seen, submit } = bench({ jitterCv: 0.02 })
    submit({ prompt: prompt(10), maxTokens: 50 }, 0)
    engine.advance(10_000)
    seen.steps.slice(1).forEach((step, index) => {
      expect(step.startMs).toBe(seen.steps[index]?.endMs)
    })
  })

  it('computes a long prompt in chunks that leave room for the decodes beside it', () => {
    const works: number[][] = []
    const { engine, submit } = bench({
      maxNumBatchedTokens: 512,
      costOf: (work) => {
        works.push([work.decodeCount, ...work.prefills.map((chunk) => chunk.newTokens)])
        return { timeMs: MS_PER_STEP, memoryShare: 1, computeShare: 0, bandwidthShare: 0.75, arithmeticShare: 0 }
      },
    })
    submit({ prompt: prompt(10), maxTokens: 100 }, 0)
    submit({ prompt: prompt(1200, 500), maxTokens: 100 }, 20)
    engine.advance(100)
    expect(works.slice(0, 6)).toEqual([[0, 10], [1], [1, 511], [1, 511], [1, 178], [2]])
  })

  it('lets at most max-num-seqs run and queues the rest', () => {
    const { engine, submit } = bench({ maxNumSeqs: 4 })
    const all = Array.from({ length: 10 }, (_, index) => submit({ prompt: prompt(8, index * 50), maxTokens: 5 }, 0))
    engine.advance(20)
    expect(engine.gauges).toMatchObject({ running: 4, waiting: 6 })
    engine.advance(1000)
    expect(all.every(({ tokens }) => tokens.length === 5)).toBe(true)
  })

  it('queues what the KV cache has no room for, in order', () => {
    const { engine, seen, submit } = bench({ blockCount: 20 })
    const first = submit({ prompt: prompt(200), maxTokens: 8 }, 0)
    const second = submit({ prompt: prompt(200, 300), maxTokens: 8 }, 0)
    const small = submit({ prompt: prompt(16, 700), maxTokens: 8 }, 0)
    engine.advance(30)
    expect(first.tokens.length).toBeGreaterThan(0)
    expect(second.tokens).toHaveLength(0)
    expect(small.tokens).toHaveLength(0)
    engine.advance(1000)
    expect(seen.finished).toEqual(['length', 'length', 'length'])
    expect(engine.gauges.kvUsedShare).toBe(0)
  })

  it('preempts the last admitted when decoding outgrows the KV cache, and repeats no token', () => {
    const { engine, seen, submit } = bench({ blockCount: 20, prefixCaching: false })
    const first = submit({ prompt: prompt(150), maxTokens: 100 }, 0)
    const second = submit({ prompt: prompt(150, 500), maxTokens: 100 }, 0)
    engine.advance(10_000)
    expect(seen.preemptions).toBeGreaterThan(0)
    for (const { tokens } of [first, second]) {
      expect(tokens.map(({ count }) => count)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    }
    expect(second.sequence.lastTokenMs).toBeGreaterThan(first.sequence.lastTokenMs ?? 0)
  })

  it('finds the full blocks of a prompt that it has seen, and none of a cold one', () => {
    const { engine, seen, submit } = bench()
    submit({ prompt: prompt(100), maxTokens: 2 }, 0)
    submit({ prompt: prompt(100, 400), maxTokens: 2 }, 0)
    engine.advance(500)
    expect(seen).toMatchObject({ queried: 200, hits: 0 })
    submit({ prompt: prompt(100), maxTokens: 2 }, 500)
    engine.advance(1000)
    expect(seen).toMatchObject({ queried: 300, hits: 96 })
  })

  it('computes at least one token of a prompt that is wholly cached', () => {
    const { engine, seen, submit } = bench()
    submit({ prompt: prompt(96), maxTokens: 2 }, 0)
    engine.advance(500)
    submit({ prompt: prompt(96), maxTokens: 2 }, 500)
    engine.advance(1000)
    expect(seen.hits).toBe(80)
  })

  it('shares nothing between cache salts', () => {
    const { engine, seen, submit } = bench()
    submit({ prompt: prompt(100), maxTokens: 2, cacheSalt: 'a' }, 0)
    engine.advance(500)
    submit({ prompt: prompt(100), maxTokens: 2, cacheSalt: 'b' }, 500)
    engine.advance(1000)
    expect(seen.hits).toBe(0)
  })

  it('forgets the oldest cached blocks when the room is needed', () => {
    const { engine, seen, submit } = bench({ blockCount: 20 })
    submit({ prompt: prompt(160), maxTokens: 2 }, 0)
    engine.advance(500)
    submit({ prompt: prompt(300, 400), maxTokens: 2 }, 500)
    engine.advance(1000)
    submit({ prompt: prompt(160), maxTokens: 2 }, 1000)
    engine.advance(1500)
    expect(seen.hits).toBeLessThan(160 / 4)
  })

  it('frees everything of an aborted request at once', () => {
    const { engine, seen, submit } = bench()
    const { sequence, tokens } = submit({ prompt: prompt(100), maxTokens: 100 }, 0)
    engine.advance(40)
    const before = tokens.length
    engine.abort(sequence, 40)
    expect(engine.gauges).toEqual({ running: 0, waiting: 0, kvUsedShare: 0 })
    engine.advance(1000)
    expect(tokens).toHaveLength(before)
    expect(seen.finished).toEqual(['abort'])
  })

  it('ends with an empty end token where the model would stop', () => {
    const { engine, submit } = bench()
    const { tokens } = submit({ prompt: prompt(10), maxTokens: 100, stopAfterTokens: 3 }, 0)
    engine.advance(1000)
    expect(tokens.at(-1)).toEqual({ piece: -1, count: 3, finish: 'stop' })
  })

  it('says the same to the same prompt', () => {
    const { engine, submit } = bench()
    const first = submit({ prompt: prompt(20), maxTokens: 20 }, 0)
    engine.advance(500)
    const again = submit({ prompt: prompt(20), maxTokens: 20 }, 500)
    const other = submit({ prompt: prompt(20, 300), maxTokens: 20 }, 500)
    engine.advance(1000)
    expect(again.tokens).toEqual(first.tokens)
    expect(other.tokens).not.toEqual(first.tokens)
  })

  it('is slower at first and then settles on the step model', () => {
    const { engine, submit } = bench({ warmupExcess: 1, warmupSteps: 10 })
    const { sequence } = submit({ prompt: prompt(10), maxTokens: 100 }, 0)
    engine.advance(10_000)
    expect(sequence.firstTokenMs).toBe(5 + 2 * MS_PER_STEP)
    const later = submit({ prompt: prompt(10, 500), maxTokens: 50 }, 10_000)
    engine.advance(20_000)
    expect((later.sequence.lastTokenMs ?? 0) - (later.sequence.firstTokenMs ?? 0)).toBeCloseTo(49 * MS_PER_STEP, 0)
  })
})
