import { expect, test } from 'vitest'
import { makeRun } from '../harness/testing/record-builder.ts'
import { catalogueFacts } from './catalogue-facts.ts'
import { throughputTable } from './comparison/throughput.ts'
import { formatCell } from './render/format-cell.ts'
import { selectRuns } from './tables/selection.ts'

const facts = catalogueFacts()
const image = { size: '1024x1024', steps: 28, guidance: 3.5, batch: 1 } as const
const flux = { card: 'rtx-4090', scenario: 'flux', model: 'flux.1-dev' } as const
const cellOf = (run: ReturnType<typeof makeRun>) => {
  const { kind, ...cell } = throughputTable(selectRuns([run], facts), facts).rows[0]!.cells[1]!
  return { kind, ...cell, said: formatCell({ kind, ...cell } as Parameters<typeof formatCell>[0]) }
}

// 28 passes of 74.4 TFLOP at 660.6 TFLOPS are 3.153 s (physics/image.test.ts)
test('seconds an image: half the time of the limit is impossible, twice the time is half of it', () => {
  const at = (secondsPerImage: number) =>
    cellOf(makeRun({ ...flux, work: { kind: 'image', image }, result: { secondsPerImage } }))
  expect(at(6.306)).toMatchObject({ limit: { share: expect.closeTo(0.5, 2), bound: 'arithmetic' } })
  expect(at(1.5765)).toMatchObject({ limit: { share: expect.closeTo(2, 1) }, said: { tone: 'bad' } })
})

test('images a second stand against images a second', () => {
  const run = makeRun({ ...flux, concurrency: 2, work: { kind: 'image', image }, result: { imagesPerS: 0.2 } })
  expect(cellOf(run)).toMatchObject({ limit: { value: expect.closeTo(1 / 3.153, 3), share: expect.closeTo(0.63, 2) } })
})

// 2.6 steps/s leave a 4090 at most 6067 tokens per step (physics/training.test.ts)
test('steps a second stand against the tokens of a step', () => {
  const training = { batch: 1, sequenceTokens: 6067, rank: 16, gradientCheckpointing: true }
  const model = 'llama-3.1-8b-instruct'
  const run = makeRun({ card: 'rtx-4090', model, work: { kind: 'training', training }, result: { stepsPerS: 1.3 } })
  expect(cellOf(run)).toMatchObject({ limit: { value: expect.closeTo(2.6, 2), share: expect.closeTo(0.5, 2) } })
})

test('a size or model that nobody worked out has no limit, and says why', () => {
  const small = { ...image, size: '512x512' } as const
  const other = {
    kind: 'training',
    training: { batch: 1, sequenceTokens: 64, rank: 8, gradientCheckpointing: false },
  } as const
  const runs = [
    makeRun({ ...flux, concurrency: 2, work: { kind: 'image', image: small }, result: { imagesPerS: 1 } }),
    makeRun({ card: 'rtx-4090', scenario: 'own', model: 'my-own', work: other, result: { stepsPerS: 1 } }),
  ]
  const { notes } = throughputTable(selectRuns(runs, facts), facts)
  expect(notes.join('\n')).toMatch(/known for 1024x1024, not for 512x512[\s\S]*my-own is not in the catalogue/)
})
