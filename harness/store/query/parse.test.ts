import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { ageMs, parseQuery } from './parse.ts'

const now = new Date('2026-12-01T00:00:00Z')
const one = (text: string) => parseQuery(text, now).conditions[0]

test.each([
  ['card=rtx-4090|l40s', { kind: 'text', column: 'card', not: false, values: ['rtx-4090', 'l40s'] }],
  ['model!="a b, c"', { kind: 'text', column: 'model', not: true, values: ['a b, c'] }],
  ['gpu=GPU-1', { kind: 'gpu', column: 'uuid', not: false, values: ['GPU-1'] }],
  ['quotable!=no', { kind: 'flag', flag: 'quotable', is: true }],
  ['since=7d', { kind: 'time', side: 'since', at: '2026-11-24T00:00:00.000Z' }],
  ['since=2026-11-30', { kind: 'time', side: 'since', at: '2026-11-30T00:00:00.000Z' }],
  ['until=2026-11-30', { kind: 'time', side: 'until', at: '2026-11-30T23:59:59.999Z' }],
  ['until=2026-11-30T12:00', { kind: 'time', side: 'until', at: '2026-11-30T12:00:00.000Z' }],
  ['since=2026-11-30T12:00+02:00', { kind: 'time', side: 'since', at: '2026-11-30T10:00:00.000Z' }],
  ['gate:throttle=fail|warn', { kind: 'gate', gate: 'throttle', not: false, values: ['fail', 'warn'] }],
  ['tokensPerJ>=5.5', { kind: 'metric', metric: 'tokensPerJ', comparison: '>=', value: 5.5 }],
  ['.endpoint.version=0.27*', { kind: 'path', path: ['endpoint', 'version'], comparison: '=', value: '0.27*' }],
  ['20261126-101500-x', { kind: 'name', value: '20261126-101500-x' }],
])('%s is a condition', (text, expected) => {
  expect(one(text)).toEqual(expected)
})

test('conditions are separated by spaces and commas; last is the number of newest', () => {
  expect(parseQuery(' card=a,host=b  last=20 ', now)).toMatchObject({
    conditions: [{ column: 'card' }, { column: 'host' }],
    last: 20,
  })
  expect(parseQuery('', now)).toEqual({ conditions: [], last: null })
})

test.each([
  ['crad=x', /unknown crad; did you mean "card"/],
  ['tokenPerJ>5', /did you mean "tokensPerJ"/],
  ['card>x', /expected card=…; > is for numbers/],
  ['tokensPerJ>many', /expected a number/],
  ['since=yesterday', /expected a day/],
  ['since=2026-13-40', /expected a day/],
  ['since!=7d', /expected since=/],
  ['quotable=maybe', /expected quotable=yes/],
  ['card=', /expected a value/],
  ['last=0', /expected last=N/],
  ["'; drop table runs", /expected the id of a run/],
  ['model="a b', /expected the id of a run, or KEY=VALUE/],
])('%s is one line of what was expected', (text, expected) => {
  expect(() => parseQuery(text, now)).toThrow(expected)
})

test('whatever the text, there is a query or one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'card=host!<>"., |.*7d-\\\'\n\0') }), (text) => {
      try {
        parseQuery(text, now)
      } catch (error) {
        expect(error).toBeInstanceOf(JoulemarkError)
      }
    }),
  )
})

test('an age is a number and its unit', () => {
  expect(['180d', '26w', '12h', '30m', 'd', '1y', '-1d'].map(ageMs)).toEqual([
    180 * 86_400_000,
    26 * 604_800_000,
    12 * 3_600_000,
    30 * 60_000,
    null,
    null,
    null,
  ])
})
