import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { scenarioSchema } from '../../harness/scenario/schema.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { quoteHtml } from './html.ts'
import { type QuoteInputs, quoteInputsSchema } from './inputs.ts'
import { quoteJson } from './json.ts'
import { divide, millionths, penceOf, showHundredths, showPence, times } from './pence.ts'
import { monthlyPrice, unitPriceHundredths } from './price.ts'
import { buildQuote, type QuoteOrder } from './quote.ts'
import { workloadOf } from './workload.ts'

const inputs = (over: Partial<Record<keyof QuoteInputs, unknown>> = {}): QuoteInputs =>
  quoteInputsSchema.parse({ box: { capexGbp: 3600 }, electricity: { tariffGbpPerKwh: 0.25 }, ...over })

const run = (over: Partial<RunOverrides> = {}): RunRecord =>
  makeRun({
    card: 'rtx-4090',
    result: {
      outputTokensPerS: [1000, 990, 1010],
      decodeTokensPerS: [60, 58.99, 61],
      ttftMsP50: [200, 180, 220.2],
      tpotMsP50: [20, 19, 21],
      meanPowerW: [380, 370, 400],
      tokensPerJ: [2.6, 2.5, 2.7],
      ...over.result,
    },
    ...Object.fromEntries(Object.entries(over).filter(([key]) => key !== 'result')),
  })

const quoteOf = (records: readonly RunRecord[], order: Partial<QuoteOrder> = {}) =>
  buildQuote(
    records.map((record, place) => ({ record, digest: `digest-${place}`, signedBy: 'ab'.repeat(32) })),
    { customer: 'ACME Ltd', date: '2026-11-23', inputs: inputs(), ...order },
  )

describe('pence', () => {
  test('divide rounds up, or half up', () => {
    expect([divide(5n, 2n, 'half-up'), divide(4n, 3n, 'half-up'), divide(4n, 3n, 'up')]).toEqual([3n, 1n, 2n])
    expect(() => divide(1n, 0n, 'up')).toThrow(RangeError)
  })
  test('an amount with two decimals becomes exactly its pence, and is shown as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (pence) => {
        expect(penceOf(Number((pence / 100).toFixed(2)))).toBe(BigInt(pence))
        expect(showPence(BigInt(pence)).replace(/[£,]/g, '')).toBe((pence / 100).toFixed(2))
      }),
    )
  })
  test('are shown in groups, prices a unit with four decimals', () => {
    expect([showPence(123456705n), showPence(5n), showHundredths(289n)]).toEqual(['£1,234,567.05', '£0.05', '£0.0289'])
  })
  test('a share of an amount is never a penny off', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 10n }), fc.integer({ min: 0, max: 100 }), (pence, percent) => {
        const exact = (pence * BigInt(percent) * 2n + 100n) / 200n
        expect(times(pence, millionths(percent / 100))).toBe(exact)
      }),
    )
  })
})

describe('the price of a month', () => {
  test('by hand: 3600 over 36 months; 300 W x 730 h = 219 kWh at 25 p; 20 % margin on the price; VAT', () => {
    const price = monthlyPrice(inputs({ marginShareOfPrice: '20%' }), { of: 'boards', loadW: 300, idleW: 300 })
    expect(price).toMatchObject({ boxPence: 10_000n, electricityPence: 5475n, exVatPence: 19_344n, kilowattHours: 219 })
    expect(price.marginPence).toBe(3869n)
    expect([price.vatPence, price.incVatPence]).toEqual([3869n, 23_213n])
  })
  test('idle power, host overhead and PUE count as stated', () => {
    const electricity = { tariffGbpPerKwh: 0.25, pue: 1.5, hostOverhead: 2 }
    const price = monthlyPrice(inputs({ electricity, utilisation: '50%' }), { of: 'boards', loadW: 300, idleW: 100 })
    expect(price.kilowattHours).toBe(438)
  })
  test('lines add up to the totals, whatever the inputs', () => {
    const cases = fc.record({
      capexGbp: fc.integer({ min: 0, max: 10_000_000 }).map((pence) => pence / 100),
      margin: fc.integer({ min: 0, max: 90 }),
      loadW: fc.double({ min: 0, max: 20_000, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, ({ capexGbp, margin, loadW }) => {
        const given = inputs({ box: { capexGbp }, marginShareOfPrice: `${margin}%` })
        const price = monthlyPrice(given, { of: 'boards', loadW, idleW: 0 })
        expect(price.boxPence + price.electricityPence + price.marginPence).toBe(price.exVatPence)
        expect(price.exVatPence + price.vatPence).toBe(price.incVatPence)
        expect(price.marginPence >= 0n).toBe(true)
      }),
    )
  })
  test('a unit costs the month / what it makes, rounded up', () => {
    // 1000 a second at half use make 1314 million a month
    expect(unitPriceHundredths(13_140n, 1000, 0.5, 1_000_000n)).toBe(1000n)
    expect(unitPriceHundredths(13_141n, 1000, 0.5, 1_000_000n)).toBe(1001n)
    expect(unitPriceHundredths(1n, 0, 1, 1n)).toBeNull()
  })
})

describe('a workload', () => {
  test('is promised at the conservative end of each interval, rounding included', () => {
    const known = workloadOf(run(), inputs())
    if (!('value' in known)) throw new Error(known.reason)
    const { headline, others, loadW, output } = known.value
    expect(headline).toMatchObject({ value: 990, bound: 'at least' })
    expect(others.map(({ value }) => value)).toEqual([58.9, 220.2, 21, 2.5])
    expect([loadW, output?.perSecond]).toEqual([400, 990])
  })
  test.each([
    [
      'one trial',
      run({ result: { outputTokensPerS: 1000 } }),
      inputs(),
      /^precision not-measured: Output throughput has no confidence interval; 1 trial$/,
    ],
    [
      'no energy',
      run({ result: { meanPowerW: 'no card' } }),
      inputs(),
      /^energy-coverage: Mean power has no confidence interval: no card/,
    ],
    [
      'an SLO that is missed',
      run(),
      inputs({ slo: { ttftMs: 220 } }),
      /^slo: time to first token \(median\) may reach 220 ms; the limit is 220 ms/,
    ],
    [
      'an SLO that nobody measured',
      run({ result: { tpotMsP50: 20 } }),
      inputs({ slo: { tpotMs: 50 } }),
      /^slo: time per output token has no confidence interval/,
    ],
  ])('of %s is refused with that reason', (_, record, given, reason) => {
    const known = workloadOf(record, given)
    expect('reason' in known ? known.reason : '').toMatch(reason)
  })
  test('keeps the limits of its scenario that the inputs leave open', () => {
    const known = workloadOf(run({ slo: { tpotMs: 20 } }), inputs({ slo: { ttftMs: 300 } }))
    expect('reason' in known ? known.reason : '').toMatch(
      /^slo: time per output token \(median\) may reach 21 ms; the limit is 20 ms/,
    )
  })
  test('names the percentile at which its SLO is met', () => {
    const known = workloadOf(
      run({ result: { ttftMsP99: [300, 290, 310] } }),
      inputs({ slo: { ttftMs: 400, tpotMs: 50 } }),
    )
    expect(known).toMatchObject({
      value: { slo: 'time to first token within 400 ms (p99), time per output token within 50 ms (median)' },
    })
  })
})

describe('a quote', () => {
  test('charges electricity at the upper end of the power, and has a number made from its content', () => {
    const quote = quoteOf([run()])
    expect(quote.price.kilowattHours).toBe(292)
    expect(quote).toMatchObject({ validUntil: '2026-12-23', number: expect.stringMatching(/^Q20261123-[0-9a-f]{8}$/) })
    expect(quoteOf([run()]).number).toBe(quote.number)
    expect(quoteOf([run()], { customer: 'Other' }).number).not.toBe(quote.number)
  })
  test('covers one server', () => {
    expect(() => quoteOf([run(), run({ scenario: 'second', powerLimitW: 300 })])).toThrow('a quote covers one server')
  })
  test('names a run once, and distinguishes servers', () => {
    expect(() => quoteOf([run(), run()])).toThrow('was given twice')
    const redacted = { ...run({ scenario: 'second' }), redacted: true as const }
    expect(() => quoteOf([run(), redacted])).toThrow('is a redacted copy')
    expect(quoteOf([redacted]).workloads).toHaveLength(1)
  })
  test('is of one key, which its reader can pin', () => {
    const signed = (signedBy: string) => ({ record: run({ scenario: signedBy }), digest: signedBy, signedBy })
    const order = { customer: 'x', date: '2026-11-23', inputs: inputs() }
    expect(() => buildQuote([signed('aa'), signed('bb')], order)).toThrow('signed with another key')
  })
  test('is harmless, whatever customer, seller and titles are called', () => {
    const evil = '<script>alert(1)</script>"\'=HYPERLINK("http://x")\u202E\u0007'
    const html = quoteHtml(
      quoteOf([run({ title: evil.slice(0, 100), name: evil })], {
        customer: evil,
        inputs: inputs({ seller: { name: evil, address: evil }, notPromised: [evil] }),
      }),
    )
    for (const part of ['<script', '\u202E', '\u0007']) expect(html).not.toContain(part)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;=HYPERLINK(&quot;')
    expect(html).toContain("default-src 'none'")
  })
  test('of images has a price per 1,000 of them, and of training none', () => {
    const scenario = { kind: 'image', model: 'sdxl', image: { size: '1024x1024', steps: 30, guidance: 5, batch: 1 } }
    const load = { shape: 'closed', concurrency: 2 }
    const base = run({
      scenario: 'sdxl',
      result: { imagesPerS: [0.5, 0.4, 0.6], secondsPerImage: [4, 3.9, 4.1], joulesPerImage: [700, 690, 710.5] },
    })
    const images = { ...base, scenario: scenarioSchema.parse({ name: 'sdxl', title: 'SDXL', load, ...scenario }) }
    const quote = quoteOf([images, run()])
    // 0.4 a second are 1 051 200 a month of 730 h
    const pence = quote.price.exVatPence
    const hundredths = (pence * 100_000n + 1_051_199n) / 1_051_200n
    expect(quote.workloads[0]?.unitPrice).toEqual({ hundredths, each: '1,000 images' })
    expect(quote.workloads[1]?.unitPrice?.each).toBe('million output tokens')
    const html = quoteHtml(quote)
    expect(html).toContain(`<strong>${showHundredths(hundredths)}</strong><small>per 1,000 images</small>`)
    for (const part of ['images of 1024x1024, 30 steps, guidance 5', '≤&nbsp;711&nbsp;J', 'SLO: none stated']) {
      expect(html).toContain(part)
    }
  })
  test('as JSON cannot leave a page or a terminal that it is put into', () => {
    const evil = '</script><script>\u202E\u2028\u009b31m'
    const text = quoteJson(quoteOf([run()], { customer: evil }))
    expect(text).not.toMatch(/[<>\u009b\u202e\u2028]/)
    expect((JSON.parse(text) as { customer: string }).customer).toBe(evil)
  })
  test('as JSON has money as whole pence', () => {
    const made = JSON.parse(quoteJson(quoteOf([run()]))) as { price: { exVatPence: number } }
    expect(Number.isSafeInteger(made.price.exVatPence)).toBe(true)
  })
  test('lists digests, key and what is not promised', () => {
    const html = quoteHtml(quoteOf([run(), run({ scenario: 'second' })]))
    for (const part of ['digest-0', 'digest-1', 'ab'.repeat(32), 'Quality of answers']) expect(html).toContain(part)
  })
})

describe('a setting of the card', () => {
  const at = (limitW: number, scenario = 'a') =>
    run({ scenario, powerLimitW: limitW, more: { setting: settingAt(limitW) } })

  test('that a price rests on is on the page, in the terms and in the document', () => {
    const quote = quoteOf([at(300)])
    const page = quoteHtml(quote)
    expect(page).toContain('Each GPU was set to 300 W for the measurement: every value and price on this page holds at')
    expect(page).toContain('Any other power limit or clock. The values hold for GPUs at 300 W')
    expect(JSON.parse(quoteJson(quote))).toMatchObject({ setting: '300 W' })
  })

  test('that nobody changed is not mentioned', () => {
    expect(quoteHtml(quoteOf([run()]))).not.toContain('was set to')
    expect(quoteOf([run()]).setting).toBeNull()
  })

  test('is one for all workloads of a quote', () => {
    expect(quoteOf([at(300, 'a'), at(300, 'b')]).workloads).toHaveLength(2)
    expect(() => quoteOf([at(300, 'a'), at(350, 'b')])).toThrow(
      /was measured at 350 W, \S+ at 300 W; a quote covers one setting of the card$/,
    )
    expect(() => quoteOf([run({ scenario: 'a' }), at(300, 'b')])).toThrow(/at 300 W, \S+ at the card as it was found;/)
  })
})

describe('the inputs file', () => {
  test('that is kept as an example is valid', () => {
    const text = readFileSync(new URL('example-inputs.yaml', import.meta.url), 'utf8')
    expect(quoteInputsSchema.parse(parse(text))).toMatchObject({ utilisation: 0.6, marginShareOfPrice: 0.25 })
  })
  test.each([
    ['both capex and rent', { box: { capexGbp: 1, rentGbpPerMonth: 1 } }],
    ['neither', { box: {} }],
    ['half a penny', { box: { capexGbp: 1.005 } }],
    ['a margin of all', { marginShareOfPrice: '100%' }],
    ['no use', { utilisation: 0 }],
    ['another currency', { currency: 'EUR' }],
    ['an unknown key', { vat: 0.2 }],
  ])('with %s is refused', (_, over) => {
    const whole = { box: { capexGbp: 1 }, electricity: { tariffGbpPerKwh: 0.25 }, ...over }
    expect(quoteInputsSchema.safeParse(whole).success).toBe(false)
  })
})
