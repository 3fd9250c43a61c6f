import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { scenarioSchema } from '../../../harness/scenario/schema.ts'
import { makeRun, type RunOverrides } from '../../../harness/testing/record-builder.ts'
import { costs, customerFiles, quoteOf as quote } from '../../testing/quote-builder.ts'
import { quoteInputsSchema } from '../inputs.ts'
import { monthlyCost, unitPriceHundredths } from '../money/price.ts'
import { workloadOf } from './workload.ts'

const run = (over: Partial<RunOverrides> = {}): RunRecord =>
  makeRun({
    card: 'rtx-4090',
    result: { outputTokensPerS: [1000, 990, 1010], meanPowerW: [380, 370, 400], ttftMsP50: [200, 180, 220] },
    ...over,
  })

const quoteOf = (records: readonly RunRecord[], inputs: Readonly<Record<string, unknown>> = {}) =>
  customerFiles(quote(records, { inputs })).document

const reasonOf = (record: RunRecord, over: object = {}): string | null => {
  const known = workloadOf(record, over)
  return 'reason' in known ? known.reason : null
}

describe('money', () => {
  test('a rented box costs its rent, to the penny', () => {
    const rented = monthlyCost(costs({ box: { rentGbpPerMonth: 123.45, writeOffMonths: 36 } }), {
      of: 'boards',
      loadW: 0,
      idleW: 0,
    })
    expect(rented).toMatchObject({ boxPence: 12_345n, electricityPence: 0n, pricePence: 12_345n })
  })

  test('a price per unit counts whole units: 1.5 a month are one', () => {
    expect(unitPriceHundredths(100n, 1.5 / (730 * 3600), 1, 1n)).toBe(10_000n)
    expect(unitPriceHundredths(100n, 0.9 / (730 * 3600), 1, 1n)).toBeNull()
  })

  test('a price is for the share of the month that is stated', () => {
    expect(quoteOf([run()], { utilisation: '62.5%' }).notPromised.join(' ')).toContain(
      'The unit prices at less load. They assume that a server runs one workload alone and is busy for 62.5% of the month.',
    )
    expect(quoteOf([run()]).notPromised.join(' ')).toContain('is never idle')
  })

  test('a margin of 95 % and more is a slip of the pen', () => {
    const parsed = (marginShareOfPrice: string) =>
      quoteInputsSchema.safeParse({ box: { capexGbp: 1 }, electricity: { tariffGbpPerKwh: 0 }, marginShareOfPrice })
    expect([parsed('94.9%').success, parsed('95%').success]).toEqual([true, false])
  })
})

describe('the number of a quote', () => {
  test('follows from all that was agreed: other terms have another number', () => {
    expect(quoteOf([run()], { vat: { case: 'outside-scope' } }).number).not.toBe(quoteOf([run()]).number)
  })
})

describe('one server', () => {
  test('is one host: the same cards in another are another server', () => {
    const other = run({ scenario: 'second' })
    const moved = { ...other, host: { ...other.host, cpu: 'another CPU' } }
    expect(() => quoteOf([run(), moved])).toThrow('a quote covers one server')
    expect(quoteOf([run(), other]).options[0]?.workloads).toHaveLength(2)
  })
})

describe('what the customer reads of the gates', () => {
  test('is every warning without the names of the host, and nothing of what passed', () => {
    const gates = [
      {
        id: 'throttle',
        status: 'warn' as const,
        required: false,
        evidence: 'box: slowed down at http://10.0.0.7:8000',
      },
      { id: 'clock', status: 'pass' as const, required: false, evidence: 'no step' },
    ]
    const made = quoteOf([run({ gates })])
    expect(made.options[0]?.warnings).toMatchObject([
      { gate: 'throttle', evidence: 'redacted: slowed down at http://redacted' },
    ])
    expect(made.notPromised.at(-1)).toBe(
      'Noted during the measurement: the GPU slowed down because of heat for part of the time.',
    )
  })

  test('the evidence names the digest of the redacted copy, where there is one', () => {
    const manifestSha256 = 'cd'.repeat(32)
    const signature = { algorithm: 'ed25519', publicKey: 'ab', value: 'ef' } as never
    const copied = { ...run(), redactedCopy: { manifestSha256, signature } }
    expect(quoteOf([copied]).options[0]?.evidence).toMatchObject([{ redactedDigest: manifestSha256 }])
    expect(quoteOf([run()]).options[0]?.evidence).toMatchObject([{ redactedDigest: null }])
  })
})

describe('a workload', () => {
  test("is held to the inputs' limit before the scenario's own", () => {
    expect(reasonOf(run({ slo: { ttftMs: 100 } }), { slo: { ttftMs: 300 } })).toBeNull()
    expect(reasonOf(run({ slo: { ttftMs: 300 } }), { slo: { ttftMs: 219 } })).toMatch(/220 ms; the limit is 219 ms$/)
    expect(reasonOf(run(), { slo: { ttftMs: 220 } })).toBeNull()
  })

  test('of an open loop is held to TTFT from schedule', () => {
    const open = run({
      scenarioFields: { load: { shape: 'open', ratePerS: 4 } },
      result: {
        outputTokensPerS: [1000, 990, 1010],
        meanPowerW: [380, 370, 400],
        ttftMsP50: [200, 180, 220],
        ttftFromScheduleMsP50: [300, 280, 320],
      },
    })
    expect(reasonOf(open, { slo: { ttftMs: 319 } })).toMatch(/320 ms; the limit is 319 ms$/)
    expect(reasonOf(open, { slo: { ttftMs: 320 } })).toBeNull()
  })

  test('that may make nothing has no price', () => {
    const result = { outputTokensPerS: [10, 0, 20], meanPowerW: [380, 370, 400] } as const
    expect(reasonOf(run({ result }))).toBe(
      'precision: the lower end of the interval of Output throughput is not above 0',
    )
  })

  test('says what its prompts share, because a warm cache is faster', () => {
    const record = run()
    const { scenario } = record
    if (scenario.kind !== 'text') throw new Error('a run of text was expected')
    const warm = scenarioSchema.parse({ ...scenario, prompt: { tokens: 512, prefixCache: 'warm' } })
    const described = (of: RunRecord) => {
      const known = workloadOf(of, {})
      return 'value' in known ? known.value.description : known.reason
    }
    expect(described(record)).toBe('512 prompt tokens, 256 output tokens, 32 concurrent requests')
    expect(described({ ...record, scenario: warm })).toBe(
      '512 prompt tokens, 256 output tokens, 32 concurrent requests, prefix cache warm',
    )
  })

  test('names a model without the folder that it lies in', () => {
    const record = run()
    const local = { ...record, endpoint: { ...record.endpoint, model: '/home/anna/models/llama-8b' } }
    const known = workloadOf(local, {})
    expect('value' in known && known.value.model).toBe('/redacted/llama-8b')
  })
})
