import { expect, test } from 'vitest'
import { type MeasuredRun, measuredRun } from '../../harness/testing/measured-run.ts'
import { quoteHtml } from './html.ts'
import { quoteInputsSchema } from './inputs.ts'
import { quoteJson } from './json.ts'
import { measurementLines } from './measurement.ts'
import { buildQuote } from './quote.ts'

const lines = (over: MeasuredRun = {}) => measurementLines(measuredRun(over))
const requests = (sent: number, ok: number) => ({ requests: sent, requestsOk: ok })

test('trials, seconds of their steady windows and failed requests are counted', () => {
  const trial = { ...requests(400, 398), windowStartMs: 1000, windowEndMs: 9950 }
  expect(lines({ trial })).toEqual(['1 trial, 8.9 s measured; 2 of 400 requests failed (0.5 %)'])
  const run = measuredRun({ trial: { ...requests(1000, 1000), windowStartMs: 0, windowEndMs: 30_999 } })
  const three = { ...run, trials: [...run.trials, ...run.trials, ...run.trials] }
  expect(measurementLines(three)).toEqual(['3 trials, 92 s measured; 0 of 3000 requests failed (0 %)'])
})

test('a trial without a steady window adds no seconds', () => {
  const none = { value: null, reason: 'the load never settled' }
  expect(lines({ trial: { windowStartMs: none, windowEndMs: none } })[0]).toContain('1 trial, 0 s measured')
})

test('every limit that the scenario loosened is named with its usual value, and a tighter one is not', () => {
  const scenario = { maxErrorRate: 0.01, trial: { seconds: 60, minWindowSeconds: 10 }, certainty: { target: 0.05 } }
  expect(lines({ scenario }).slice(1)).toEqual([
    'Looser than usual: share of requests that failed 1 %, usually 0.1 %',
    'Looser than usual: length of the shortest steady window 10 s, usually 30 s',
    'Looser than usual: half-width of the 95 % interval of the headline metric, relative to its mean 5 %, usually 2 %',
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
  const inputs = quoteInputsSchema.parse({ box: { capexGbp: 3600 }, electricity: { tariffGbpPerKwh: 0.25 } })
  const quoted = [{ record, digest: 'd'.repeat(64), signedBy: 'a'.repeat(64) }]
  const quote = buildQuote(quoted, { customer: 'ACME Ltd', date: '2026-11-26', inputs })
  const texts = ['9 of 1000 requests failed (0.9 %)', 'share of requests that failed 1 %, usually 0.1 %']
  for (const page of [quoteHtml(quote), quoteJson(quote)]) for (const text of texts) expect(page).toContain(text)
  expect(quoteHtml(quote)).toContain('run 7 of this key')
  expect(JSON.parse(quoteJson(quote))).toMatchObject({ evidence: [{ place: 7 }] })
})
