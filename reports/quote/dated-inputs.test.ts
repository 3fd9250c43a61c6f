import { describe, expect, test } from 'vitest'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { quotableRun, quoteOf, usualInputs } from '../testing/quote-builder.ts'
import { datedNotices, requireDeliveryAhead } from './dated-inputs.ts'
import { statedInputs } from './inputs-source.ts'

/** Inputs on a quote of 23 November 2026. */
const given = (over: object) => {
  const inputs = { ...usualInputs, vat: { case: 'outside-scope' }, utilisation: 0.6, ...over }
  return {
    quote: quoteOf([quotableRun()], { inputs }),
    stated: statedInputs({ path: 'inputs.yaml', text: JSON.stringify(inputs) }, noConfig),
  }
}
const told = (over: object) => {
  const { quote, stated } = given(over)
  return datedNotices(quote, stated)
}
const dollars = (date: string) => ({ currency: 'USD', exchangeRate: { perGbp: 1.3, source: 'a bank', date } })

describe('inputs that have a date', () => {
  test('a delivery before the day of the quote is refused; the day itself and words are not', () => {
    const check = (delivery: string) => requireDeliveryAhead(given({ delivery }).quote)
    expect(() => check('2020-01-01')).toThrow(/: delivery 2020-01-01: is before the date of the quote, 2026-11-23$/)
    for (const fine of ['2026-11-23', '2026-12-15', '5 working days after acceptance'])
      expect(() => check(fine)).not.toThrow()
  })

  test.each([
    [
      '2019-11-26',
      'exchangeRate.date 2019-11-26: is 2,554 days before the date of the quote; state the rate of these days',
    ],
    [
      '2026-10-22',
      'exchangeRate.date 2026-10-22: is 32 days before the date of the quote; state the rate of these days',
    ],
    ['2026-12-24', 'exchangeRate.date 2026-12-24: is after the date of the quote; state the rate of these days'],
  ])('an exchange rate of %s is named', (date, line) => {
    expect(told(dollars(date))).toEqual([line])
  })

  test('an exchange rate of the last month is not', () => {
    for (const date of ['2026-10-23', '2026-11-23']) expect(told(dollars(date))).toEqual([])
  })
})

describe('a utilisation that nobody stated', () => {
  test('is named where unit prices rest on it', () => {
    const line = 'utilisation: is not stated: unit prices assume 100% of the month under load, where they are lowest'
    expect(told({ utilisation: undefined })).toEqual([line])
    expect(told({ utilisation: 1 })).toEqual([])
    // a draft without a price has no unit price
    expect(told({ utilisation: undefined, marginShareOfPrice: undefined })).toEqual([])
  })
})
