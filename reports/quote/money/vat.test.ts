import { describe, expect, test } from 'vitest'
import { customerFiles, quotableRun, quoteOf, usualInputs } from '../../testing/quote-builder.ts'
import { quoteInputsSchema } from '../inputs.ts'
import { vatOf } from './vat.ts'
import { vatNotices, vatTermsOf } from './vat-terms.ts'

const seller = 'GB 123 4567 89'
const wordingOf = (terms: Parameters<typeof vatOf>[0], customer?: string, of: string | undefined = seller) =>
  vatOf(terms, { seller: of, customer }).wording

describe('VAT', () => {
  test('at the standard rate is 20% unless another is stated', () => {
    expect(vatOf({ case: 'standard' }, { seller: undefined, customer: undefined })).toMatchObject({
      chargedRate: 0.2,
      label: 'VAT at 20%',
    })
    expect(wordingOf({ case: 'standard', rate: 0.05 })).toBe('VAT is charged at 5%.')
  })

  test('under the domestic reverse charge names section 55A, HMRC, the rate and the number of the customer', () => {
    const vat = vatOf({ case: 'reverse-charge-uk' }, { seller, customer: 'gb 987-6543.21' })
    expect(vat.wording).toBe(
      'Reverse charge: VAT Act 1994 Section 55A applies. Customer to pay the VAT to HMRC, at 20%. VAT number of the customer: GB987654321.',
    )
    expect(vat).toMatchObject({ chargedRate: 0, customerRate: 0.2 })
  })

  test('under the reverse charge of the EU names the articles, the country and the number of the customer', () => {
    expect(wordingOf({ case: 'reverse-charge-eu' }, 'DE 123 456 789')).toBe(
      'Reverse charge: the customer accounts for VAT in Germany (articles 44 and 196 of Council Directive 2006/112/EC). VAT number of the customer: DE123456789. Outside the scope of UK VAT.',
    )
    expect(wordingOf({ case: 'reverse-charge-eu' }, 'EL123456789')).toContain('accounts for VAT in Greece')
    // a seller in the EU is within the scope of no UK VAT to begin with
    expect(wordingOf({ case: 'reverse-charge-eu' }, 'FRAB123456789', 'IE1234567FA')).not.toContain('UK VAT')
  })

  test.each([
    ['reverse-charge-uk', 'DE123456789', /customer\.vatNumber: expected the UK VAT number/],
    ['reverse-charge-uk', undefined, /customer\.vatNumber: expected the UK VAT number/],
    ['reverse-charge-eu', 'GB987654321', /customer\.vatNumber: expected the EU VAT number/],
    // numbers of Northern Ireland are for goods only
    ['reverse-charge-eu', 'XI987654321', /customer\.vatNumber: expected the EU VAT number/],
    ['reverse-charge-eu', 'DE<script>1', /customer\.vatNumber: expected the EU VAT number/],
  ] as const)('case %s with customer %s is refused', (vatCase, customer, message) => {
    expect(() => wordingOf({ case: vatCase }, customer)).toThrow(message)
  })

  test('a reverse charge needs the number of the seller too', () => {
    const numbers = { seller: undefined, customer: 'DE123456789' }
    expect(() => vatOf({ case: 'reverse-charge-eu' }, numbers)).toThrow('seller.vatNumber: expected the VAT number')
  })

  test.each([
    ['DE12', 'of Germany: DE and 9 digits'],
    ['DE12345678', 'of Germany: DE and 9 digits'],
    ['ATU1234567', 'of Austria: AT and U with 8 digits'],
    ['NL123456789X01', 'of the Netherlands: NL and 9 digits, B and 2 digits'],
    ['ES12345678', 'of Spain: ES and 9 characters, the first or the last a letter'],
    ['EL1234', 'of Greece: EL and 9 digits'],
  ])('a reverse charge refuses the number %s, which is none of its country', (customer, message) => {
    expect(() => wordingOf({ case: 'reverse-charge-eu' }, customer)).toThrow(message)
  })

  test.each([
    'ATU12345678',
    'BE0123456789',
    'CY12345678L',
    'NL123456789B01',
    'ESB12345678',
    'ES12345678Z',
    'IE1A23456B',
  ])('a reverse charge takes the number %s', (customer) => {
    expect(wordingOf({ case: 'reverse-charge-eu' }, customer)).toContain(`VAT number of the customer: ${customer}.`)
  })

  test('a reverse charge refuses a number of the seller that is none, and a customer in the country of the seller', () => {
    for (const of of ['GB12', 'x', 'DE12'])
      expect(() => wordingOf({ case: 'reverse-charge-eu' }, 'DE123456789', of)).toThrow('seller.vatNumber: expected')
    expect(() => wordingOf({ case: 'reverse-charge-uk' }, 'GB987654321', 'IE1234567FA')).toThrow('seller.vatNumber')
    expect(() => wordingOf({ case: 'reverse-charge-eu' }, 'DE123456789', 'DE987654321')).toThrow(
      "customer.vatNumber: expected that of another country than Germany, the seller's",
    )
  })

  test.each([
    ['standard', 0.175, /^vat: a rate of 17\.5%: expected 20%, the standard rate of the UK, or 5%, the reduced rate$/],
    ['standard', 0.21, /^vat: a rate of 21%: expected 20%/],
    ['standard', 0, /^vat: a rate of 0%: where no VAT is charged, state the case and its reason: zero,/],
    ['reverse-charge-uk', 0.175, /^vat: a rate of 17\.5%: expected 20%/],
  ] as const)('case %s at a rate of %d is refused', (vatCase, rate, message) => {
    expect(() => wordingOf({ case: vatCase, rate }, 'GB987654321')).toThrow(message)
  })

  test('of a seller in the EU is at the rate that it states, because 20% is that of the UK', () => {
    expect(wordingOf({ case: 'standard', rate: 0.23 }, undefined, 'IE1234567FA')).toBe('VAT is charged at 23%.')
    for (const rate of [{}, { rate: 0.05 }])
      expect(() => wordingOf({ case: 'standard', ...rate }, undefined, 'IE1234567FA')).toThrow(
        'expected the standard rate of Ireland, at least 15%',
      )
  })

  test('that is not charged says why', () => {
    expect(wordingOf({ case: 'zero', reason: 'VAT Act 1994, Schedule 8, group 15' })).toBe(
      'Zero-rated for VAT: VAT Act 1994, Schedule 8, group 15.',
    )
    expect(wordingOf({ case: 'exempt', reason: 'VAT Act 1994, Schedule 9, group 6.' })).toBe(
      'Exempt from VAT: VAT Act 1994, Schedule 9, group 6.',
    )
    expect(wordingOf({ case: 'outside-scope', reason: 'The customer belongs in Norway' })).toBe(
      'Outside the scope of UK VAT. The customer belongs in Norway.',
    )
  })
})

describe('on a quote', () => {
  const made = (inputs: Readonly<Record<string, unknown>>) =>
    customerFiles(quoteOf([quotableRun()], { inputs: { pricePerMonth: 100, setupFee: 50, termMonths: 12, ...inputs } }))

  test('is on the month, the setup and the term', () => {
    expect(made({}).document.options[0]).toMatchObject({
      monthly: { exVatMinor: 10_000, vatMinor: 2000, incVatMinor: 12_000 },
      setup: { exVatMinor: 5000, vatMinor: 1000, incVatMinor: 6000 },
      termTotal: { exVatMinor: 125_000, vatMinor: 25_000, incVatMinor: 150_000 },
    })
  })

  test('the customer pays no VAT to the seller under a reverse charge, and reads what to pay to HMRC', () => {
    const { page, document } = made({ vat: { case: 'reverse-charge-uk' }, customer: { vatNumber: 'GB987654321' } })
    expect(document.options[0]).toMatchObject({ monthly: { vatMinor: 0, incVatMinor: 10_000 }, customerVatMinor: 2000 })
    expect(document.options[0]?.customerSetupVatMinor).toBe(1000)
    for (const text of [
      'VAT: reverse charge',
      '£20.00 per month, £10.00 on the setup, to HMRC',
      'VAT number GB987654321',
    ])
      expect(page).toContain(text)
    expect(page).not.toContain('inc VAT')
    const terms = { vat: { case: 'reverse-charge-uk' }, customer: { vatNumber: 'GB987654321' }, setupFee: undefined }
    expect(made(terms).page).toContain('£20.00 per month, to HMRC')
  })

  test('in another currency is stated in pounds too, at the rate that is printed with its source and date', () => {
    const exchangeRate = { perGbp: 1.25, source: 'a bank', date: '2026-11-26' }
    const { page, document } = made({ currency: 'EUR', exchangeRate, vat: { case: 'standard' } })
    expect(document.options[0]?.vatPence).toEqual({ monthly: 1600, setup: 800 })
    for (const text of ['€100.00', '£16.00 per month, £8.00 on the setup', '£1 is 1.25 EUR (a bank, 26 November 2026)'])
      expect(page).toContain(text)
  })

  test('a price that follows from costs in pounds is converted', () => {
    const exchangeRate = { perGbp: 1.25, source: 'a bank', date: '2026-11-26' }
    const given = { inputs: { currency: 'USD', exchangeRate, vat: { case: 'outside-scope' } } }
    const pounds = quoteOf([quotableRun()]).options[0]?.perServerMinor ?? 0n
    expect(quoteOf([quotableRun()], given).options[0]?.perServerMinor).toBe((pounds * 125n + 50n) / 100n)
  })
})

describe('VAT of which no case is stated', () => {
  const given = (over: object) => quoteInputsSchema.parse({ ...usualInputs, ...over })

  test('is at the standard rate within the UK, and the seller is told', () => {
    const inputs = given({ customer: { vatNumber: 'GB 987 6543 21' } })
    expect(vatTermsOf(inputs)).toEqual({ case: 'standard' })
    expect(vatNotices(quoteOf([quotableRun()]).vat, inputs)).toEqual([
      'vat: no case is stated: VAT is charged at 20%, the standard rate; state vat.case (docs/quote.md)',
    ])
    expect(vatTermsOf(given({ vatRate: '5%' }))).toEqual({ case: 'standard', rate: 0.05 })
  })

  const exchangeRate = { perGbp: 1.15, source: 'a bank', date: '2026-11-26' }
  test.each([
    [{ currency: 'EUR', exchangeRate }, 'the quote is in EUR; 20% is assumed within the UK only'],
    [{ customer: { vatNumber: 'DE123456789' } }, 'the VAT number of the customer is of Germany; 20%'],
    [{ customer: { vatNumber: 'CHE-123.456.789' } }, 'the VAT number of the customer is of Switzerland; 20%'],
    [{ seller: { name: 'x', vatNumber: 'IE1234567FA' } }, 'the VAT number of the seller is of Ireland; 20%'],
  ])('is refused beyond the UK: %j', (over, message) => {
    expect(() => vatTermsOf(given(over))).toThrow(
      `vat: expected its case, such as { case: reverse-charge-eu }: ${message}`,
    )
    expect(vatTermsOf(given({ ...over, vat: { case: 'standard' } }))).toEqual({ case: 'standard' })
  })
})

describe('what the seller is told of VAT', () => {
  const told = (over: object) => {
    const inputs = quoteInputsSchema.parse({ ...usualInputs, vat: { case: 'standard' }, ...over })
    return vatNotices(quoteOf([quotableRun()], { inputs: { vat: { case: 'standard' }, ...over } }).vat, inputs)
  }

  test('is nothing where all is as usual', () => {
    expect(told({})).toEqual([])
    expect(told({ customer: { vatNumber: 'DE123456789' }, vat: { case: 'reverse-charge-eu' } })).toEqual([])
  })

  test.each([
    [{ seller: { name: 'x' } }, /^seller\.vatNumber: is not stated, and VAT is charged: .* reg\. 14\(1\)\(d\)\)$/],
    [
      { customer: { vatNumber: 'DE123456789' } },
      /^customer\.vatNumber: is of Germany, .* the case is reverse-charge-eu$/,
    ],
    [
      { customer: { vatNumber: 'NO123456789MVA' } },
      /^customer\.vatNumber: is of Norway, .* the case is outside-scope$/,
    ],
    [{ vat: { case: 'standard', rate: '5%' } }, /^vat: a rate of 5%: VAT Act 1994 Schedule 7A names/],
    [
      { customer: { vatNumber: 'GB12' } },
      /^customer\.vatNumber: is not a VAT number of the UK, which is GB and 9 or 12 digits$/,
    ],
  ])('of %j is one line', (over, line) => {
    expect(told(over)).toEqual([expect.stringMatching(line)])
  })

  test('is nothing of a number where no VAT is charged', () => {
    expect(told({ seller: { name: 'x' }, vat: { case: 'outside-scope' } })).toEqual([])
  })
})
