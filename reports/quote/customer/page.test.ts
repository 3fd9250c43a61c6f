import { describe, expect, test } from 'vitest'
import { metricKeys, metrics } from '../../../harness/metrics/catalogue.ts'
import { customerFiles, type QuoteOverrides, quotableRun, quoteOf } from '../../testing/quote-builder.ts'
import { internalDocument, internalQuoteSchema } from '../internal/document.ts'
import { internalPage } from '../internal/page.ts'
import { documentJson } from '../json.ts'
import { metricWords } from '../measured/words.ts'
import { customerQuoteSchema } from './document-schema.ts'

/** Costs of unusual digits, so that a figure of the seller is found wherever it is. */
const costly: QuoteOverrides['inputs'] = {
  box: { capexGbp: 14_517.39 },
  marginShareOfPrice: 0.2371,
  minimumMarginShareOfPrice: 0.0913,
  electricity: { tariffGbpPerKwh: 0.2573, pue: 1.317, hostOverhead: 1.353 },
  otherCostsGbpPerMonth: { 'Rack space': 61.37 },
  utilisation: 0.6,
  setupFee: 150,
  termMonths: 12,
  delivery: '2026-12-15',
  support: 'Email',
}

const visible = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replace(/&#?\w+;/g, ' ')

describe("the customer's files", () => {
  test('contain no figure of costs, margin or floor price, in any byte', () => {
    const quote = quoteOf([quotableRun()], { inputs: costly })
    const { page, document } = customerFiles(quote)
    const inside = internalDocument(quote)
    const figures = inside.options.flatMap(({ figures: all }) => all).filter(({ key }) => key !== 'price')
    const pence = figures.flatMap(({ unit, value }) => (unit === 'pence' && value !== null && value > 0 ? [value] : []))
    expect(pence.length).toBeGreaterThan(6)
    const secrets = [
      ...pence.flatMap((value) => [String(value), (value / 100).toFixed(2), (value / 100).toLocaleString('en-GB')]),
      ...figures.flatMap(({ unit, value }) =>
        unit === 'share' && value !== null ? [String(value), `${value * 100}%`] : [],
      ),
      ...['14517', '14,517', '0.2371', '23.71', '0.0913', '9.13', '0.2573', '1.317', '1.353', '61.37', 'Rack space'],
    ]
    for (const file of [page, documentJson(document)]) {
      for (const secret of secrets) expect(file).not.toContain(secret)
      expect(file).not.toMatch(/capex|margin(?!-|:)|tariff|floor|break-even|write-off|hostOverhead|\bpue\b/i)
    }
    // the same figures are all on the internal sheet
    const sheet = internalPage(inside)
    for (const secret of ['£14,517.39', '23.71%', '0.2573', '61.37', 'INTERNAL']) expect(sheet).toContain(secret)
  })

  test('every figure of the page is in the document', () => {
    const second = quotableRun({ card: 'l40s', name: 'NVIDIA L40S' })
    const two = [
      [{ name: 'A' }, [quotableRun()]],
      [{ name: 'B', servers: 3 }, [second]],
    ] as const
    const exchangeRate = { perGbp: 1.1437, source: 'a bank', date: '2026-11-26' }
    const { page, document } = customerFiles(
      quoteOf(two, { inputs: { ...costly, currency: 'EUR', exchangeRate, vat: { case: 'standard' } } }),
    )
    const known = new Set<string>()
    const add = (text: string) => {
      for (const [number] of text.matchAll(/\d[\d,]*(?:\.\d+)?/g)) known.add(number.replaceAll(',', ''))
    }
    const walk = (value: unknown): void => {
      if (typeof value === 'number') {
        add([value, value / 100, value * 100].map((each) => `${Number(each.toFixed(6))}`).join(' '))
        add(
          [
            value.toFixed(1),
            value.toFixed(2),
            value.toFixed(3),
            (value / 100).toFixed(2),
            (value / 10_000).toFixed(4),
          ].join(' '),
        )
      } else if (typeof value === 'string') {
        add(value)
        if (/^\d{4}-\d\d-\d\d$/.test(value)) add(`${Number(value.slice(8))} ${value.slice(0, 4)}`)
      } else if (value !== null && typeof value === 'object') for (const each of Object.values(value)) walk(each)
    }
    walk(document)
    // constant words of the page, such as "99 of 100 requests", "SHA-256" and "95% confidence"
    add('1 95 99 100 256 1000')
    const shown = [...visible(page).matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => number.replace(/,/g, ''))
    expect(shown.length).toBeGreaterThan(60)
    expect(shown.filter((number) => !known.has(number))).toEqual([])
  })

  test('follow their schemas', () => {
    const quote = quoteOf([quotableRun()], { inputs: costly })
    expect(customerQuoteSchema.safeParse(JSON.parse(documentJson(customerFiles(quote).document))).error).toBeUndefined()
    expect(internalQuoteSchema.safeParse(JSON.parse(documentJson(internalDocument(quote)))).error).toBeUndefined()
  })

  test('are harmless, whatever customer, seller, options and titles are called', () => {
    const evil = '<script>alert(1)</script>"\'=HYPERLINK("http://x")\u202E\u0007'
    const party = { address: `${evil}\n${evil}`, contact: evil }
    const quote = quoteOf([[{ name: evil, note: evil }, [quotableRun({ title: evil.slice(0, 100), name: evil })]]], {
      customer: evil,
      inputs: {
        seller: { name: evil, ...party, companyNumber: evil.slice(0, 40) },
        customer: { ...party, purchaseOrder: evil },
        delivery: evil,
        support: evil,
        notPromised: [evil],
        otherCostsGbpPerMonth: { [evil]: 1 },
      },
    })
    const { page, document } = customerFiles(quote)
    const sheet = internalPage(internalDocument(quote))
    for (const file of [page, sheet]) {
      for (const part of ['<script', '\u202E', '\u0007']) expect(file).not.toContain(part)
      expect(file).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;=HYPERLINK(&quot;')
      expect(file).toContain("default-src 'none'")
    }
    for (const file of [documentJson(document), documentJson(internalDocument(quote))]) {
      expect(file).not.toMatch(/[<>\u009b\u202e\u2028]/)
    }
    expect((JSON.parse(documentJson(document)) as typeof document).customer.name).toBe(evil)
  })

  test('put options beside each other, and say once what is the same for all', () => {
    const fast = quotableRun({ card: 'l40s', result: { outputTokensPerS: [2000, 1980, 2020] } })
    const options = [
      [{ name: 'One' }, [quotableRun()]],
      [{ name: 'Two' }, [fast]],
    ] as const
    const { page, document } = customerFiles(quoteOf(options, { inputs: { termMonths: 12 } }))
    expect(visible(page).replace(/\s+/g, ' ')).toContain(
      'Output, all requests together, at least (Output throughput) 990 tokens/s 1,980 tokens/s',
    )
    expect(page.match(/<dt>Term<\/dt>/g)).toHaveLength(1)
    expect(document.options.map(({ name }) => name)).toEqual(['One', 'Two'])
    expect(visible(page)).toMatch(/for this option:\s+One\s+Two/)
  })

  test('of a workload that one option lacks have a dash there', () => {
    const options = [
      [{ name: 'One' }, [quotableRun(), quotableRun({ scenario: 'second', title: 'Second' })]],
      [{ name: 'Two' }, [quotableRun({ card: 'l40s' })]],
    ] as const
    const { page } = customerFiles(quoteOf(options))
    expect(page).toContain('<td data-option="Two"><span>–</span></td>')
    // and the column says once what the dashes are
    expect(page.match(/<td data-option="Two"><span>not measured<\/span><\/td>/g)).toHaveLength(1)
    expect(page).toContain('A dash: not measured on that option, and not promised.')
    const both = options.map(([asked]) => [asked, [quotableRun()]] as const)
    const other = quotableRun({ card: 'l40s' })
    const full = customerFiles(quoteOf([both[0] as (typeof both)[number], [{ name: 'Two' }, [other]]])).page
    expect(full).not.toMatch(/A dash|not measured/)
  })

  test('state a short value of all options for each, so that no column looks blank, and a long one once', () => {
    const options = [
      [{ name: 'One' }, [quotableRun()]],
      [{ name: 'Two' }, [quotableRun({ card: 'l40s' })]],
    ] as const
    const { page, document } = customerFiles(quoteOf(options))
    const [driver] = document.options.map(({ server }) => server.find(({ label }) => label.includes('driver'))?.value)
    expect(driver).toBeDefined()
    expect(page).toContain(
      `<td data-option="One"><span>${driver}</span></td><td data-option="Two"><span>${driver}</span></td>`,
    )
    expect(page.match(/<td colspan="2" data-option="each option"><span>Each option: [^<]* failed/g)).toHaveLength(1)
  })

  test('have plain words for every metric that a quote promises', () => {
    const promised = metricKeys.filter((key) => metrics[key].inQuote && metrics[key].better !== null)
    expect(promised.filter((key) => metricWords[key] === undefined)).toEqual([])
  })
})

describe('a draft', () => {
  test('is one across the page and in the document, names what is missing, and cannot be accepted', () => {
    const quote = quoteOf([quotableRun()], {
      inputs: { seller: undefined, box: undefined, marginShareOfPrice: undefined },
    })
    const { page, document } = customerFiles(quote)
    expect(document).toMatchObject({ draft: true, missing: ['the seller', 'the price'] })
    expect(page).toContain('Draft, not an offer. Still to be stated: the seller; the price.')
    expect(page).toContain('data-stamp="DRAFT"')
    expect(page).toContain('<title>DRAFT, Quote')
    expect(page).not.toContain('We accept')
    expect(page).not.toMatch(/catalogue|gigagpu|cards alone/)
  })

  test.each([
    ['the cards of the catalogue', { box: undefined, marginShareOfPrice: undefined }],
    ['the cost of the server, and no margin', { box: { capexGbp: 14_517.39 }, marginShareOfPrice: undefined }],
    ['a server without a tariff', { electricity: undefined, vat: { case: 'reverse-charge-uk' } }],
  ])('made from %s shows no amount of money in any file', (_, given) => {
    const fees = { setupFee: 150, termMonths: 12, servers: 3, customer: { vatNumber: 'GB987654321' } }
    const quote = quoteOf([quotableRun()], { inputs: { ...fees, ...given } })
    const { page, document } = customerFiles(quote)
    const [option] = document.options
    expect(option).toMatchObject({ perServerMinor: null, monthly: null, setup: null, termTotal: null })
    expect(option).toMatchObject({ vatPence: null, customerVatMinor: null, customerSetupVatMinor: null })
    expect(option?.workloads.map(({ unitPrice }) => unitPrice)).toEqual([null])
    expect(customerQuoteSchema.safeParse(document).error).toBeUndefined()
    expect(page).toContain('Price to follow')
    for (const file of [visible(page), documentJson(document)])
      expect(file).not.toMatch(/[£€$]\s*\d|\d\.\d\d (GBP|EUR)/)
    expect(visible(page)).not.toMatch(/Price per|Unit prices|All amounts|per month, ex VAT/)
    // the seller reads on the internal sheet what would follow
    expect(internalPage(internalDocument(quote))).toMatch(/Price, ex VAT.*£\d+\.\d\d/s)
  })

  test('of two options, one without a price, keeps the price of the other', () => {
    const options = [
      [{ name: 'One', priceGbpPerMonth: 512.34 }, [quotableRun()]],
      [{ name: 'Two' }, [quotableRun({ card: 'l40s' })]],
    ] as const
    const { page, document } = customerFiles(quoteOf(options, { inputs: { marginShareOfPrice: undefined } }))
    expect(document.missing).toEqual(['the price of Two'])
    expect(document.options.map(({ perServerMinor }) => perServerMinor)).toEqual([51_234, null])
    expect(visible(page)).toMatch(/Two\s+Price to follow/)
    // a row of unit prices: one, and none
    expect(page.match(/£0\.\d{4}/g)).toHaveLength(1)
  })

  test('is none with seller and price', () => {
    const { page, document } = customerFiles(quoteOf([quotableRun()]))
    expect([document.draft, document.missing]).toEqual([false, []])
    expect(page).not.toMatch(/draft/i)
    expect(page).toContain('We accept quote')
  })
})

describe('the internal sheet', () => {
  test('says that idle power is unknown, and takes no utilisation for a break-even that does not depend on it', () => {
    const idle = quotableRun()
    const inputsOf = (record: typeof idle) =>
      internalDocument(quoteOf([record], { inputs: { pricePerMonth: 1234.5, utilisation: 0.6 } }))
        .options[0]?.figures.find(({ key }) => key === 'breakEvenUtilisation')
        ?.inputs.map(({ name, value }) => `${name}: ${value}`)
    expect(inputsOf(idle)).toEqual(['power when idle: unknown'])
    const sight = { atMs: 0, health: [], processes: [] }
    const span = { startMs: 0, endMs: 20_000, powerW: 25, pstates: ['P8'] }
    const telemetry = { sampler: null, before: sight, after: sight, counter: { state: 'ok' }, idle: span, trials: [] }
    expect(inputsOf({ ...idle, telemetry })).toEqual(['utilisation: 60%', 'power when idle: 25 W'])
    expect(internalPage(internalDocument(quoteOf([idle], { inputs: { pricePerMonth: 1234.5 } })))).toContain(
      'price per month: £1,234.50 (stated)',
    )
  })

  test('warns of a price below the floor, and says where costs are missing', () => {
    const sheet = (inputs: Readonly<Record<string, unknown>>, card = 'rtx-4090') =>
      internalPage(internalDocument(quoteOf([quotableRun({ card })], { inputs })))
    // 100 of the server and 73 of electricity (292 kWh at 25 p)
    expect(sheet({ pricePerMonth: 1 })).toContain('The price is below cost: it loses £172.00 per server and month.')
    const floor = { minimumMarginShareOfPrice: 0.1 }
    expect(sheet({ pricePerMonth: 180, ...floor })).toContain('The price is below the floor price.')
    expect(sheet({ pricePerMonth: 900 })).not.toContain('below the floor price')
    expect(sheet({ pricePerMonth: 900, box: undefined }, 'h200-nvl')).toContain('No costs: the cost of the server')
  })
})
