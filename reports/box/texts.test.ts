import { expect, test } from 'vitest'
import type { AcceptanceLine } from './acceptance.ts'
import { planText } from './plan-text.ts'
import { verdictText } from './verdict-text.ts'

test('a plan counts what runs, adds up the time of all starts and says why the rest is skipped', () => {
  const planned = [
    { name: 'one', leftOut: null, minutes: 12.2, corrections: ['--max-model-len 8192: 16384 does not fit'] },
    { name: 'two', leftOut: '72.7 GB of weights', minutes: 0, corrections: [] },
  ]
  expect(planText('RTX 4090', planned, 1)).toBe(
    'RTX 4090: 1 of 2 scenarios, at most 13 min without downloads\n' +
      '  one: at most 13 min; --max-model-len 8192: 16384 does not fit\n' +
      '  two: skipped: 72.7 GB of weights\n',
  )
  expect(planText('RTX 4090', planned, 3)).toContain('3 server starts each, at most 37 min')
})

const line: AcceptanceLine = {
  scenario: 'one',
  metric: 'outputTokensPerS',
  measured: 812.4,
  low: 900,
  high: 1100.6,
  basis: '4 earlier runs',
  verdict: 'fail',
  why: ['throttled 40 % of the window'],
}

const start = { number: 2, of: 3, command: [] }

test('a verdict is the word, then each scenario against its band with its causes', () => {
  expect(verdictText('RTX 4090', [line])).toBe(
    'NOT ACCEPTED: RTX 4090\n' +
      '  fail         one: 812 tokens/s, 900 to 1101 (4 earlier runs)\n' +
      '    throttled 40 % of the window\n',
  )
  const passed: AcceptanceLine = { ...line, measured: 1000, verdict: 'pass', why: [], serverStart: start }
  expect(verdictText('RTX 4090', [passed])).toBe(
    'ACCEPTED: RTX 4090\n  pass         one, start 2 of 3: 1000 tokens/s, 900 to 1101 (4 earlier runs)\n',
  )
})

test('what was not measured has no band and accepts nothing', () => {
  const nothing = { measured: null, low: null, high: null, basis: 'none', why: [] }
  const blind: AcceptanceLine = { ...line, ...nothing, verdict: 'not-measured' }
  expect(verdictText('RTX 4090', [blind])).toBe('NOT ACCEPTED: RTX 4090\n  not-measured one: not measured, no band\n')
})
