import { expect, test } from 'vitest'
import { scenarioSchema } from '../scenario/schema.ts'
import { comparedMetrics } from './catalogue.ts'

const ttftOf = (load: object) => {
  const work = { kind: 'text', model: 'some-model', prompt: { tokens: 512 }, output: { tokens: 256 } }
  const scenario = scenarioSchema.parse({ name: 'a-scenario', title: 'A scenario', ...work, load })
  return comparedMetrics(scenario).filter((key) => key.startsWith('ttft'))
}

test('TTFT is compared from the schedule where requests have one, and from the dispatch elsewhere, never both', () => {
  expect(ttftOf({ shape: 'closed', concurrency: 32 })).toEqual(['ttftMsP50'])
  expect(ttftOf({ shape: 'open', ratePerS: 4 })).toEqual(['ttftFromScheduleMsP50'])
})
