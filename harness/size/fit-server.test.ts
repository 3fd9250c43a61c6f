import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitServer, type MeasuredLoad } from './fit-server.ts'
import { play } from './play/play.ts'
import type { RequestSize, ServedModel } from './served-model.ts'

const loads = [1, 2, 4, 8, 16, 32, 64]

/** What closed loops on a server show. */
function measured(server: ServedModel, size: RequestSize): MeasuredLoad[] {
  return loads.map((concurrency) => {
    const played = play(server, {
      senders: { kind: 'users', users: concurrency, pausesMs: Float64Array.of(0), startMs: 5000 },
      sizes: [size],
      requests: 2000 + 3 * concurrency,
      warmup: 2 * concurrency,
      slo: {},
    })
    const { outputTokensPerS, meanTtftMs } = played
    return { concurrency, outputTokensPerS, ttftMs: meanTtftMs, promptTokens: size.promptTokens }
  })
}

test('a server that is known is found again: every throughput within 10 %, the shortest step within 10 %', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 3, max: 20, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 0.2, noNaN: true }),
      fc.integer({ min: 500, max: 4000 }),
      fc.integer({ min: 50, max: 500 }),
      (weightsMs, streamMs, promptTokenMs, promptTokens, outputTokens) => {
        const size = { promptTokens, cachedTokens: 0, outputTokens }
        const limits = { stepTokens: 2048, mostRunning: 256, kvTokens: null }
        const decode = loads.map((running) => ({ running, stepMs: weightsMs + streamMs * running }))
        const truth = { ...limits, decode, promptTokenMs, frontEndMs: 3 }
        const { model, fitError } = fitServer(measured(truth, size), [size], limits)
        expect(fitError).toBeLessThan(0.1)
        expect(model.decode[0]!.stepMs / (weightsMs + streamMs)).toBeGreaterThan(0.9)
        expect(model.decode[0]!.stepMs / (weightsMs + streamMs)).toBeLessThan(1.1)
      },
    ),
    { numRuns: 12, seed: 1 },
  )
})

test('a fit needs a load', () => {
  expect(() => fitServer([], [], { stepTokens: 1, mostRunning: 1, kvTokens: null })).toThrow(TypeError)
})
