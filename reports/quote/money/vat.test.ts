import { describe, expect, test } from 'vitest'
import { customerFiles, quotableRun, quoteOf } from '../../testing/quote-builder.ts'
import { vatOf } from './vat.ts'

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
    const { page, document } = made({ currency: 'EUR', exchangeRate })
    expect(document.options[0]?.vatPence).toEqual({ monthly: 1600, setup: 800 })
    for (const text of ['€100.00', '£16.00 per month, £8.00 on the setup', '£1 is 1.25 EUR (a bank, 26 November 2026)'])
      expect(page).toContain(text)
  })

  test('a price that follows from costs in pounds is converted', () => {
    const exchangeRate = { perGbp: 1.25, source: 'a bank', date: '2026-11-26' }
    const given = { inputs: { currency: 'USD', exchangeRate } }
    const pounds = quoteOf([quotableRun()]).options[0]?.perServerMinor ?? 0n
    expect(quoteOf([quotableRun()], given).options[0]?.perServerMinor).toBe((pounds * 125n + 50n) / 100n)
  })
})
