import { expect, test } from 'vitest'
import { scenarioFileSchema } from '../scenario/schema.ts'
import { cardTime, cardTimeOfAll, formatCardTime } from './card-time.ts'

const file = (load: object) =>
  scenarioFileSchema.parse({
    name: 'one',
    title: 'One',
    kind: 'text',
    model: 'm',
    load,
    prompt: { tokens: 1 },
    output: { tokens: 1 },
    trial: { seconds: 60, warmupSeconds: 10, quietSeconds: 3 },
    certainty: { minTrials: 3, maxTrials: 10 },
  })

test('one run is its warm-up and its trials, each with the quiet around it', () => {
  expect(cardTime(file({ shape: 'closed', concurrency: 1 }))).toEqual({ minS: 208, maxS: 670 })
})

test('a sweep is one run a value, and a search its ends and its halvings', () => {
  expect(cardTime(file({ shape: 'sweep', concurrency: [1, 2, 4] })).minS).toBe(3 * 208)
  // 1 to 4 within 10 %: ln 4 / ln 1.1 = 14.5, four halvings
  const search = { shape: 'sweep', highestRate: { fromPerS: 1, toPerS: 4, tolerance: '10%' } }
  expect(cardTime(file(search)).minS).toBe(6 * 208)
})

test('a cool-down may take its whole timeout before every trial but the first, or no time', () => {
  const plain = file({ shape: 'closed', concurrency: 1 })
  const cooled = { ...plain, trial: { ...plain.trial, coolDown: { toWithinC: 3, timeoutSeconds: 100 } } }
  expect(cardTime(cooled as typeof plain)).toEqual({ minS: 208, maxS: 670 + 900 })
})

test('several files add up, and people read minutes', () => {
  const both = cardTimeOfAll([file({ shape: 'closed', concurrency: 1 }), file({ shape: 'closed', concurrency: 2 })])
  expect(both).toEqual({ minS: 416, maxS: 1340 })
  expect([formatCardTime(both), formatCardTime({ minS: 5, maxS: 6 })]).toEqual(['7 to 22 min', '1 min'])
})
