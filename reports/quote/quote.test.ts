import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { scenarioSchema } from '../../harness/scenario/schema.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { costs, customerFiles, quoteOf, quotableRun as run, usualInputs } from '../testing/quote-builder.ts'
import { quoteInputsSchema } from './inputs.ts'
import { statedInputs } from './inputs-source.ts'
import { documentJson } from './json.ts'
import { workloadOf } from './measured/workload.ts'
import { showHundredthsOfMinor, showMinor } from './money/currency.ts'
import { divide, millionths, penceOf, times } from './money/pence.ts'
import { monthlyCost, unitPriceHundredths } from './money/price.ts'
import { vatOn } from './money/vat.ts'
import { buildQuote } from './quote.ts'

const inputs = (over: object = {}) => quoteInputsSchema.parse({ ...usualInputs, ...over })

describe('pence', () => {
  test('divide rounds up, or half up', () => {
    expect([divide(5n, 2n, 'half-up'), divide(4n, 3n, 'half-up'), divide(4n, 3n, 'up')]).toEqual([3n, 1n, 2n])
    expect(() => divide(1n, 0n, 'up')).toThrow(RangeError)
  })
  test('an amount with two decimals becomes exactly its pence, and is shown as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (pence) => {
        expect(penceOf(Number((pence / 100).toFixed(2)))).toBe(BigInt(pence))
        expect(showMinor(BigInt(pence), 'GBP').replace(/[£,]/g, '')).toBe((pence / 100).toFixed(2))
      }),
    )
  })
  test('are shown in groups, prices a unit with four decimals', () => {
    expect([showMinor(123456705n, 'GBP'), showMinor(5n, 'EUR'), showHundredthsOfMinor(289n, 'USD')]).toEqual([
      '£1,234,567.05',
      '€0.05',
      'US$0.0289',
    ])
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
    const price = monthlyCost(costs({ marginShareOfPrice: 0.2 }), { of: 'boards', loadW: 300, idleW: 300 })
    expect(price).toMatchObject({ boxPence: 10_000n, electricityPence: 5475n, pricePence: 19_344n, kilowattHours: 219 })
    expect([vatOn(19_344n, 0.2), vatOn(13n, 0.2), vatOn(13n, 0.05)]).toEqual([3869n, 3n, 1n])
  })
  test('idle power, host overhead and PUE count as stated', () => {
    const electricity = { tariffGbpPerKwh: 0.25, pue: 1.5, hostOverhead: 2 }
    const price = monthlyCost(costs({ electricity, utilisation: 0.5 }), { of: 'boards', loadW: 300, idleW: 100 })
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
        const given = costs({ box: { capexGbp, writeOffMonths: 36 }, marginShareOfPrice: margin / 100 })
        const cost = monthlyCost(given, { of: 'boards', loadW, idleW: 0 })
        expect(cost.boxPence + cost.electricityPence).toBe(cost.costPence)
        // the margin is that share of the price, to the penny
        const kept = Number(cost.pricePence - cost.costPence)
        expect(Math.abs(kept - (Number(cost.pricePence) * margin) / 100)).toBeLessThanOrEqual(1)
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
    expect(others.map(({ value }) => value)).toEqual([58.9, 221, 21, 2.5])
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
    expect(quote.options[0]?.inside.cost?.kilowattHours).toBe(292)
    expect(quote).toMatchObject({ validUntil: '2026-12-23', number: expect.stringMatching(/^Q20261123-[0-9a-f]{8}$/) })
    expect(quoteOf([run()]).number).toBe(quote.number)
    expect(quoteOf([run()], { customer: 'Other' }).number).not.toBe(quote.number)
  })
  test('covers one server', () => {
    expect(() => quoteOf([run(), run({ scenario: 'second', powerLimitW: 300 })])).toThrow('a quote covers one server')
  })
  test('refuses two runs of one workload in an option, because the page has room for one', () => {
    const before = run()
    const after = { ...run({ result: { outputTokensPerS: [800, 790, 810] } }), id: 'after-the-upgrade' }
    const both = `after-the-upgrade: measured the workload of ${before.id} again, on the same server; name one of them`
    expect(() => quoteOf([before, after])).toThrow(both)
    const apart = [
      [{ name: 'Before' }, [before]],
      [{ name: 'After' }, [after]],
    ] as const
    expect(quoteOf(apart).options).toHaveLength(2)
  })
  test('names a run once, and distinguishes servers', () => {
    expect(() => quoteOf([run(), run()])).toThrow('was given twice')
    const redacted = { ...run({ scenario: 'second' }), redacted: true as const }
    expect(() => quoteOf([run(), redacted])).toThrow('is a redacted copy')
    expect(quoteOf([redacted]).options[0]?.workloads).toHaveLength(1)
  })
  test('is of one key per option, which its reader can pin', () => {
    const signed = (signedBy: string) => ({ record: run({ scenario: signedBy }), digest: signedBy, signedBy })
    const stated = statedInputs({ path: 'x.yaml', text: JSON.stringify(usualInputs) }, noConfig)
    const order = { customer: 'x', date: '2026-11-23', stated, config: noConfig }
    const asked = { name: null }
    expect(() => buildQuote([{ asked, runs: [signed('aa'), signed('bb')] }], order)).toThrow('signed with another key')
    const two = buildQuote(
      [
        { asked: { name: 'A' }, runs: [signed('aa')] },
        { asked: { name: 'B' }, runs: [signed('bb')] },
      ],
      order,
    )
    const { page } = customerFiles(two)
    for (const key of ['aa', 'bb']) expect(page).toContain(`--key ${key}</code>`)
  })
  test('of images has a price per 1,000 of them, and of training none', () => {
    const scenario = { kind: 'image', model: 'sdxl', image: { size: '1024x1024', steps: 30, guidance: 5, batch: 1 } }
    const load = { shape: 'closed', concurrency: 2 }
    const base = run({
      scenario: 'sdxl',
      result: { imagesPerS: [0.5, 0.4, 0.6], secondsPerImage: [4, 3.9, 4.1], joulesPerImage: [700, 690, 710.5] },
    })
    const images = { ...base, scenario: scenarioSchema.parse({ name: 'sdxl', title: 'SDXL', load, ...scenario }) }
    const { page, document } = customerFiles(quoteOf([images, run()]))
    const [option] = document.options
    // 0.4 a second are 1 051 200 a month of 730 h
    const pence = BigInt(option?.perServerMinor ?? 0)
    const hundredths = Number((pence * 100_000n + 1_051_199n) / 1_051_200n)
    expect(option?.workloads[0]?.unitPrice).toEqual({ hundredthsOfMinor: hundredths, per: '1,000 images' })
    expect(option?.workloads[1]?.unitPrice?.per).toBe('million output tokens')
    for (const part of ['Price per 1,000 images', showHundredthsOfMinor(hundredths, 'GBP'), '711&nbsp;J'])
      expect(page).toContain(part)
    expect(page).toContain('images of 1024x1024, 30 steps, guidance 5')
  })
  test('has a unit price in whole pence from one pound on, rounded up', () => {
    // one token a second makes 2 628 000 a month: 19 344 p / 2.628 are 7360.7 p a million
    const slow = run({ result: { outputTokensPerS: [1, 1, 1], meanPowerW: [300, 300, 300] } })
    const { document, page } = customerFiles(quoteOf([slow]))
    expect(document.options[0]?.workloads[0]?.unitPrice?.hundredthsOfMinor).toBe(736_100)
    expect(page).toContain('£73.61')
  })
  test('lists digests, key and what is not promised', () => {
    const { page } = customerFiles(quoteOf([run(), run({ scenario: 'second' })]))
    for (const part of ['digest-0', 'digest-1', 'ab'.repeat(32), 'The quality of the answers'])
      expect(page).toContain(part)
  })
  test('has a number that follows from what the customer sees, and from no cost', () => {
    const priced = (capexGbp: number) => quoteOf([run()], { inputs: { pricePerMonth: 500, box: { capexGbp } } }).number
    expect(priced(1000)).toBe(priced(2000))
    expect(quoteOf([run()], { inputs: { pricePerMonth: 501 } }).number).not.toBe(priced(1000))
  })
})

describe('a setting of the card', () => {
  const at = (limitW: number, scenario = 'a') =>
    run({ scenario, powerLimitW: limitW, more: { setting: settingAt(limitW) } })

  test('that a price rests on is on the page, in the terms and in the document', () => {
    const quote = quoteOf([at(300)])
    const { page, document } = customerFiles(quote)
    expect(page).toContain('Each GPU was set to 300 W for the measurement, and is delivered so.')
    expect(page).toContain('Other power limits or clocks. The figures of RTX 4090')
    expect(JSON.parse(documentJson(document))).toMatchObject({ options: [{ setting: '300 W' }] })
  })

  test('that nobody changed is not mentioned', () => {
    expect(customerFiles(quoteOf([run()])).page).not.toContain('was set to')
    expect(quoteOf([run()]).options[0]?.setting).toBeNull()
  })

  test('is one for all workloads of a quote', () => {
    expect(quoteOf([at(300, 'a'), at(300, 'b')]).options[0]?.workloads).toHaveLength(2)
    expect(() => quoteOf([at(300, 'a'), at(350, 'b')])).toThrow(
      /was measured at 350 W, \S+ at 300 W; a quote covers one setting of the card, or one per --option$/,
    )
    expect(() => quoteOf([run({ scenario: 'a' }), at(300, 'b')])).toThrow(/at 300 W, \S+ at the card as it was found;/)
  })
})

describe('the inputs file', () => {
  test('that is kept as an example is valid', () => {
    const text = readFileSync(new URL('example-inputs.yaml', import.meta.url), 'utf8')
    expect(quoteInputsSchema.parse(parse(text))).toMatchObject({ utilisation: 0.6, marginShareOfPrice: 0.25 })
  })
  test('of an earlier version is taken as it was', () => {
    const old = { currency: 'GBP', vatRate: '20%', utilisation: '60%', slo: { ttftMs: 1500 }, validityDays: 30 }
    expect(quoteInputsSchema.safeParse({ ...usualInputs, ...old }).success).toBe(true)
  })
  test.each([
    ['both capex and rent', { box: { capexGbp: 1, rentGbpPerMonth: 1 } }],
    ['neither', { box: {} }],
    ['half a penny', { box: { capexGbp: 1.005 } }],
    ['a margin of all', { marginShareOfPrice: '100%' }],
    ['no use', { utilisation: 0 }],
    ['another currency without its rate', { currency: 'EUR' }],
    ['a rate for pounds', { exchangeRate: { perGbp: 1.1, source: 'x', date: '2026-11-26' } }],
    ['a currency that is not offered', { currency: 'CHF' }],
    ['an unknown key', { vatt: 0.2 }],
    ['two rates of VAT', { vatRate: 0.2, vat: { case: 'standard' } }],
    ['a colour that is none', { seller: { name: 'x', colour: 'red;background:url(x)' } }],
    ['two options of one name', { options: [{ name: 'a' }, { name: 'a' }] }],
    ['five options', { options: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name })) }],
    ['no server at all', { servers: 0 }],
  ])('with %s is refused', (_, over) => {
    expect(quoteInputsSchema.safeParse({ ...usualInputs, ...over }).success).toBe(false)
  })
})
