import { expect, test } from 'vitest'
import { type MeasuredRun, measuredRun } from '../../../harness/testing/measured-run.ts'
import { customerFiles, quoteOf } from '../../testing/quote-builder.ts'
import { documentJson } from '../json.ts'
import { measurementLines } from './measurement.ts'

const lines = (over: MeasuredRun = {}) => measurementLines(measuredRun(over))
const requests = (sent: number, ok: number) => ({ requests: sent, requestsOk: ok })

test('trials, seconds of their steady windows and failed requests are counted', () => {
  const trial = { ...requests(400, 398), windowStartMs: 1000, windowEndMs: 9950 }
  expect(lines({ trial })).toEqual(['8.9 s measured in 1 trial; 2 of 400 requests failed (0.5%)'])
  const run = measuredRun({ trial: { ...requests(1000, 1000), windowStartMs: 0, windowEndMs: 30_999 } })
  const three = { ...run, trials: [...run.trials, ...run.trials, ...run.trials] }
  expect(measurementLines(three)).toEqual(['92 s measured in 3 trials; 0 of 3,000 requests failed (0%)'])
})

test('a trial without a steady window adds no seconds', () => {
  const none = { value: null, reason: 'the load never settled' }
  expect(lines({ trial: { windowStartMs: none, windowEndMs: none } })[0]).toContain('0 s measured in 1 trial')
})

test('every limit that the scenario loosened is named with its usual value, and a tighter one is not', () => {
  const scenario = { maxErrorRate: 0.01, trial: { seconds: 60, minWindowSeconds: 10 }, certainty: { target: 0.05 } }
  expect(lines({ scenario }).slice(1)).toEqual([
    'A looser limit than usual was accepted: requests that may fail 1 %, usually 0.1 %',
    'A looser limit than usual was accepted: shortest stretch measured at once 10 s, usually 30 s',
    'A looser limit than usual was accepted: precision of the first figure (±) 5 %, usually 2 %',
  ])
  expect(lines({ scenario: { maxErrorRate: 0, certainty: { target: 0.01 } } })).toHaveLength(1)
})

test('the page and the JSON of a quote carry them, and the place of the run in the chain of its key', () => {
  const trial = { ...requests(1000, 991) }
  const run = measuredRun({ trial, scenario: { maxErrorRate: 0.01 } })
  const result = {
    ...run.result,
    meanPowerW: { mean: 380, ci95: [370, 390] as [number, number], n: 3, unit: 'W' },
  }
  const record = { ...run, result, chain: { id: 'e'.repeat(16), place: 7, previous: 'c'.repeat(64) } }
  const { page, document } = customerFiles(quoteOf([record]))
  const texts = ['9 of 1,000 requests failed (0.9%)', 'requests that may fail 1 %, usually 0.1 %']
  for (const file of [page, documentJson(document)]) for (const text of texts) expect(file).toContain(text)
  expect(page).toContain('run 7 of this key')
  expect(document.options[0]?.evidence).toMatchObject([{ place: 7 }])
})
