import { describe, expect, test } from 'vitest'
import { type Config, noConfig } from '../../harness/scenario/config/load-config.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { type StatedInputs, statedInputs } from './inputs-source.ts'
import { type AskedOption, optionTerms } from './option-terms.ts'

const one = makeRun({ card: 'rtx-4090' })
const price = { purchaseGbp: 1500.5, source: 'an offer', date: '2026-11-20' }
const files = ['joulemark.yaml']
const file = (text: string) => ({ path: 'deals/inputs.yaml', text })
const terms = (stated: StatedInputs, config: Config = noConfig, asked: AskedOption = { name: null }, run = one) =>
  optionTerms(asked, run, stated, config)

describe('the inputs of a quote', () => {
  test('without any file are those of the catalogue, of a draft that says what is missing', () => {
    const found = terms(statedInputs(null, noConfig))
    expect(found.costs).toMatchObject({
      box: { capexGbp: 1300, writeOffMonths: 36 },
      electricity: { tariffGbpPerKwh: 0.18, pue: 1 },
      utilisation: 1,
    })
    expect(found.whyDraft).toMatch(
      /^RTX 4090.*: no price is stated: it is made from the price of its cards alone, from .*; no margin is stated, so it is the cost$/,
    )
  })

  test('are those of joulemark.yaml where no file is given', () => {
    const config = {
      files,
      seller: { name: 'Mine' },
      prices: { 'rtx-4090': price },
      electricity: { pue: 1.4 },
      utilisation: 0.5,
      writeOffMonths: 48,
      quote: { marginShareOfPrice: 0.2, notPromised: ['Backups.'], termMonths: 6 },
    }
    const stated = statedInputs(null, config)
    expect(stated.inputs).toMatchObject({ seller: { name: 'Mine' }, notPromised: ['Backups.'], termMonths: 6 })
    const found = terms(stated, config)
    expect(found.costs).toMatchObject({
      box: { capexGbp: 1500.5, writeOffMonths: 48 },
      electricity: { tariffGbpPerKwh: 0.18, pue: 1.4 },
      utilisation: 0.5,
      marginShareOfPrice: 0.2,
    })
    expect(found.whyDraft).toContain('it is made from the price of its cards alone, from an offer (2026-11-20)')
    expect(found.origins.margin).toBe('joulemark.yaml')
  })

  test('of a whole server, a tariff and a margin are no draft, and neither is a stated price', () => {
    const quote = { box: { capexGbp: 9000, writeOffMonths: 36 }, marginShareOfPrice: 0 }
    expect(terms(statedInputs(null, { files, quote }), { files, quote }).whyDraft).toMatch(
      /: no price is stated: no tariff of electricity is stated$/,
    )
    const server = { files, quote, electricity: { tariffGbpPerKwh: 0.25 } }
    expect(terms(statedInputs(null, server), server)).toMatchObject({
      whyDraft: null,
      costs: { box: { capexGbp: 9000 } },
    })
    expect(terms(statedInputs(file('pricePerMonth: 500\n'), noConfig))).toMatchObject({
      whyDraft: null,
      pricePerMonth: 500,
    })
  })

  test('of several cards that are rented', () => {
    const rented = { rentGbpPerMonth: 90.01, source: 'an offer', date: '2026-11-20' }
    const config = { files, prices: { 'rtx-4090': rented } }
    const found = terms(statedInputs(null, config), config, { name: null }, makeRun({ card: 'rtx-4090', gpus: 2 }))
    expect(found.costs?.box).toMatchObject({ rentGbpPerMonth: 180.02 })
    expect(found.whyDraft).toContain('the rent of its cards alone, from an offer')
  })

  test('are those of the inputs file before joulemark.yaml, the electricity field by field', () => {
    const text = 'box: { rentGbpPerMonth: 620 }\nelectricity: { tariffGbpPerKwh: 0.2 }\nutilisation: 60%\n'
    const config = {
      files,
      seller: { name: 'Mine' },
      utilisation: 0.5,
      electricity: { tariffGbpPerKwh: 0.3, hostOverhead: 1.3 },
      prices: { 'rtx-4090': price },
    }
    const found = terms(statedInputs(file(text), config), config)
    expect(found.costs).toMatchObject({
      box: { rentGbpPerMonth: 620 },
      electricity: { tariffGbpPerKwh: 0.2, hostOverhead: 1.3 },
      utilisation: 0.6,
    })
    expect(found.origins).toMatchObject({ box: 'inputs.yaml', electricity: 'inputs.yaml', margin: 'default' })
  })

  test('a tariff that nobody stated makes a draft of a price that follows from it', () => {
    const text = 'box: { rentGbpPerMonth: 620 }\nmarginShareOfPrice: 20%\n'
    expect(terms(statedInputs(file(text), noConfig)).whyDraft).toContain('no tariff of electricity is stated')
  })

  test('a PUE without a tariff takes the tariff of the catalogue, and makes a draft too', () => {
    const text = 'box: { rentGbpPerMonth: 620 }\nmarginShareOfPrice: 20%\n'
    const found = terms(statedInputs(file(text), { files, electricity: { pue: 1.4 } }))
    expect(found.costs?.electricity).toEqual({ tariffGbpPerKwh: 0.18, pue: 1.4, hostOverhead: 1 })
    expect(found.whyDraft).toContain('no tariff of electricity is stated')
    expect(found.origins.electricity).toMatch(/^joulemark\.yaml; the tariff: catalogue, /)
  })

  test('a card without a price asks for it by name, and is no obstacle where a price is stated', () => {
    const nvl = makeRun({ card: 'h200-nvl' })
    expect(() => terms(statedInputs(null, noConfig), noConfig, { name: null }, nvl)).toThrow(
      'no price for H200 NVL 141 GB: give pricePerMonth in --inputs FILE or prices.h200-nvl in joulemark.yaml',
    )
    const priced = terms(statedInputs(file('pricePerMonth: 500\n'), noConfig), noConfig, { name: null }, nvl)
    expect(priced).toMatchObject({ pricePerMonth: 500, costs: null })
  })

  test('the keys of an option go before those for all, and what is asked for before both', () => {
    const text = 'pricePerMonth: 500\ntermMonths: 12\noptions:\n  - { name: A, pricePerMonth: 600, servers: 3 }\n'
    const stated = statedInputs(file(text), noConfig)
    expect(terms(stated, noConfig, { name: 'A' })).toMatchObject({ pricePerMonth: 600, servers: 3, termMonths: 12 })
    // a single option of the inputs is that of runs without a name
    expect(terms(stated).name).toBe('A')
    expect(terms(stated, noConfig, { name: 'A', servers: 2, priceGbpPerMonth: 700 })).toMatchObject({
      pricePerMonth: 700,
      servers: 2,
    })
  })

  test('an option that the inputs do not list is refused, unless its price is handed over', () => {
    const text = 'pricePerMonth: 216.25\noptions:\n  - { name: H100, pricePerMonth: 2500 }\n  - { name: L40S }\n'
    const stated = statedInputs(file(text), noConfig)
    expect(() => terms(stated, noConfig, { name: 'h100' })).toThrow(
      'option h100: is not among the options of deals/inputs.yaml; did you mean "H100"?',
    )
    // runs without a name go by the name of their card
    expect(() => terms(stated)).toThrow(/^option RTX 4090.*: is not among .*; listed: H100, L40S$/)
    expect(terms(stated, noConfig, { name: 'H100' }).pricePerMonth).toBe(2500)
    expect(terms(stated, noConfig, { name: 'h100', priceGbpPerMonth: 700 }).pricePerMonth).toBe(700)
  })

  test('a price in pounds that is handed over is converted at the stated rate', () => {
    const text = 'currency: EUR\nexchangeRate: { perGbp: 1.145, source: a bank, date: 2026-11-26 }\n'
    const found = terms(statedInputs(file(text), noConfig), noConfig, { name: null, priceGbpPerMonth: 700.01 })
    // 70 001 p x 1.145 = 80 151.145
    expect(found.pricePerMonth).toBe(801.51)
  })

  test('a rate of an earlier version is named once, with its line, and gives way to a stated case', () => {
    const { deprecated, inputs } = statedInputs(file('pricePerMonth: 5\nvatRate: 20%\n'), noConfig)
    expect(deprecated).toEqual(['deals/inputs.yaml:2: vatRate is deprecated; write vat: { case: standard, rate: 0.2 }'])
    expect(inputs.vatRate).toBe(0.2)
    const config = { files, quote: { vatRate: 0.2 } }
    expect(statedInputs(null, config).deprecated[0]).toMatch(/^joulemark\.yaml: vatRate is deprecated/)
    const newer = statedInputs(file('pricePerMonth: 5\nvat: { case: outside-scope }\n'), config)
    expect([newer.deprecated, newer.inputs.vatRate]).toEqual([[], undefined])
  })

  test('a rate of an earlier version in the file goes before the case of joulemark.yaml', () => {
    const config = { files, quote: { vat: { case: 'outside-scope' as const } } }
    const { inputs } = statedInputs(file('pricePerMonth: 5\nvatRate: 20%\n'), config)
    expect([inputs.vatRate, inputs.vat]).toEqual([0.2, undefined])
    expect(() => statedInputs(file('vatRate: 20%\nvat: { case: standard }\n'), config)).toThrow(
      'vatRate: expected none',
    )
  })

  test('the exchange rate of joulemark.yaml is used for the currency of joulemark.yaml only', () => {
    const exchangeRate = { perGbp: 1.15, source: 'a bank', date: '2026-11-26' }
    const config = { files, quote: { currency: 'EUR' as const, exchangeRate } }
    expect(statedInputs(file('pricePerMonth: 5\n'), config).inputs.exchangeRate).toEqual(exchangeRate)
    expect(statedInputs(file('currency: EUR\n'), config).inputs.exchangeRate).toEqual(exchangeRate)
    expect(statedInputs(file('currency: GBP\n'), config).inputs.exchangeRate).toBeUndefined()
    expect(() => statedInputs(file('currency: USD\n'), config)).toThrow('exchangeRate: missing')
  })

  test.each([
    ['vat: { case: zero }', 'vat.reason: missing'],
    ['vat: { case: exempt, reason: x, rate: 20% }', 'vat.rate: expected no rate'],
    ['vat: { case: reversed }', 'vat.case: expected one of standard, reverse-charge-uk'],
    ['seller: { name: x, colour: blue }', 'seller.colour: expected a colour such as "#0b5cad"'],
    ['marginShareOfPrice: -20%', 'marginShareOfPrice: expected a share from 0% on, such as 25% or 0.25, got "-20%"'],
    ['currency: USD', 'exchangeRate: missing; expected perGbp, source and date'],
    ['pricePerMonth: 9.999', 'pricePerMonth: expected an amount with at most two decimals'],
    ['optoins: []', 'optoins: unknown key; did you mean "options"?'],
  ])('%s is refused with file, line and field', (text, message) => {
    expect(() => statedInputs(file(text), noConfig)).toThrow(`deals/inputs.yaml:1: ${message}`)
  })
})
