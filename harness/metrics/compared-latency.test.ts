import { expect, test } from 'vitest'
import { scenarioSchema } from '../scenario/schema.ts'
import { comparedMetrics, leadingMetric, quotedMetrics, summaryMetrics } from './catalogue.ts'
import { ttftMetrics } from './headline.ts'

const ttftOf = (load: object) => {
  const work = { kind: 'text', model: 'some-model', prompt: { tokens: 512 }, output: { tokens: 256 } }
  const scenario = scenarioSchema.parse({ name: 'a-scenario', title: 'A scenario', ...work, load })
  return comparedMetrics(scenario).filter((key) => key.startsWith('ttft'))
}

test('TTFT is compared from the schedule where requests have one, and from the dispatch elsewhere, never both', () => {
  expect(ttftOf({ shape: 'closed', concurrency: 32 })).toEqual(['ttftMsP50'])
  expect(ttftOf({ shape: 'open', ratePerS: 4 })).toEqual(['ttftFromScheduleMsP50'])
})

test('in an open loop TTFT from schedule is shown before everything else, in a closed loop throughput is', () => {
  const scenarioOf = (load: object) =>
    scenarioSchema.parse({
      name: 'a-scenario',
      title: 'A scenario',
      kind: 'text',
      model: 'some-model',
      prompt: { tokens: 512 },
      output: { tokens: 256 },
      load,
    })
  const open = scenarioOf({ shape: 'open', ratePerS: 4 })
  const closed = scenarioOf({ shape: 'closed', concurrency: 32 })
  const first = ['ttftFromScheduleMsP50', 'ttftFromScheduleMsP99']
  expect(summaryMetrics(open, []).slice(0, 3)).toEqual([...first, 'outputTokensPerS'])
  expect(quotedMetrics(open).slice(0, 2)).toEqual(first)
  expect(comparedMetrics(open)[0]).toBe('ttftFromScheduleMsP50')
  expect(summaryMetrics(open, []).filter((key) => key.startsWith('ttftMs'))).toEqual([])
  expect(summaryMetrics(closed, [])[0]).toBe('outputTokensPerS')
  expect([leadingMetric(open), leadingMetric(closed)]).toEqual(['ttftFromScheduleMsP50', null])
  expect([ttftMetrics(open).median, ttftMetrics(closed).median]).toEqual(['ttftFromScheduleMsP50', 'ttftMsP50'])
})

test('an open loop of images has no TTFT', () => {
  expect(leadingMetric({ kind: 'image', load: { shape: 'open' } as never })).toBeNull()
})
