import { describe, expect, test } from 'vitest'
import { cardByKey } from '../../harness/catalogue/cards.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { auditClaims } from './audit.ts'
import { claimCatalogue } from './claim-catalogue.ts'
import type { Claims } from './claims.ts'
import { parseClaims } from './file/parse.ts'
import { measuredFindings } from './measured.ts'
import { claimLimit } from './rates/model-physics.ts'

type Row = Record<string, unknown> & { readonly id: string }
const table = (rows: readonly Row[]) => ({ title: 'A table', rows: rows.map((row) => ({ label: row.id, ...row })) })
const quantity = (value: number, unit: string, over: object = {}) => ({
  kind: 'quantity',
  value,
  unit,
  raw: `${value} ${unit}`,
  ...over,
})

/** A claims file of one card with a row or two. */
function claimsOf(tables: Record<string, readonly Row[]>, over: object = {}, card = 'rtx-4090'): Claims {
  const { economics, ...others } = tables
  const parameters = { tariff_gbp_per_kwh: 0.18, hours_per_year: 8760, amortisation_years: 3 }
  return parseClaims(
    {
      schema: 1,
      source: { title: 'A table' },
      cards: { [card]: { label: card } },
      tables: {
        ...Object.fromEntries(Object.entries(others).map(([name, rows]) => [name, table(rows)])),
        ...(economics ? { economics: { ...table(economics), parameters } } : {}),
      },
      ...over,
    },
    'claims',
  )
}
const verdictOf = (claims: Claims, cell: string) => auditClaims(claims, claimCatalogue).find((at) => at.cell === cell)
const asserted = (claim: object, card?: string) =>
  verdictOf(claimsOf({}, { text_claims: [{ id: 'it', text: 'It is.', asserts: [claim] }] }, card), 'text.it')

const llama8b = { model: 'llama-3.1-8b', quant: 'fp8' }
/** One row of throughput on the RTX 4090, in tokens/s. */
const rate = (value: number, over: object = {}, workload: object = { ...llama8b, batch: 1 }) =>
  verdictOf(
    claimsOf({ throughput: [{ id: 'it', workload, 'rtx-4090': quantity(value, 'tokens/s', over) }] }),
    'throughput.it.rtx-4090',
  )

describe('a rate beside the limit of the card, 126.7 tokens/s for one stream of Llama 3.1 8B in FP8, 125.5 of memory alone', () => {
  test.each([
    [125, {}, 'plausible'],
    [127, {}, 'plausible'], // stands for 126.5 on
    [128, {}, 'impossible'],
    [130, { approx: true }, 'plausible'], // "about" is 3 % either way: from 126.1
    [131, { approx: true }, 'impossible'], // from 127.1
    [120, { min: 120, max: 140 }, 'plausible'],
    [127, { min: 127, max: 140 }, 'impossible'],
  ])('%f, %j is %s', (value, over, status) => {
    expect(rate(value, over)?.status).toBe(status)
  })
})

describe('rates of one model on one card must come from one machine', () => {
  const pair = (one: number, eight: number) =>
    auditClaims(
      claimsOf({
        throughput: [
          { id: 'one', workload: { ...llama8b, batch: 1 }, 'rtx-4090': quantity(one, 'tokens/s') },
          { id: 'eight', workload: { ...llama8b, batch: 8 }, 'rtx-4090': quantity(eight, 'tokens/s') },
        ],
      }),
      claimCatalogue,
    ).find(({ cell }) => cell === 'throughput.eight.rtx-4090')!.status

  test('a stream among eight is not more than 5 % faster than one alone', () => {
    expect(pair(100, 830)).toBe('plausible')
    expect(pair(100, 850)).toBe('inconsistent')
  })

  test('one third of the limit here and all of it there is one machine at most', () => {
    expect(pair(100, 300)).toBe('plausible')
    expect(pair(100, 220)).toBe('inconsistent')
  })
})

describe('a spec sheet', () => {
  const bandwidth = (value: number) =>
    verdictOf(
      claimsOf({
        spec: [
          { id: 'memory_bus', 'rtx-4090': quantity(384, 'bit') },
          { id: 'vram', 'rtx-4090': quantity(24, 'GB', { data_rate_gbps: 21 }) },
          { id: 'memory_bandwidth', 'rtx-4090': quantity(value, 'GB/s') },
        ],
      }),
      'spec.memory_bandwidth.rtx-4090',
    )

  test('must agree with its own bus and data rate: 384 bit x 21 Gbps / 8 = 1008 GB/s', () => {
    expect(bandwidth(1008)).toMatchObject({ status: 'consistent' })
    expect(bandwidth(900)?.why.join()).toContain('its own 384 bit x 21 Gbps / 8 = 1008 GB/s')
    expect(bandwidth(1020)?.why.join()).not.toContain('its own')
  })

  test('no card draws more than it can be set to: 600 W', () => {
    const draws = (watts: number) =>
      verdictOf(
        claimsOf({ economics: [{ id: 'sustained_power_b32', 'rtx-4090': quantity(watts, 'W') }] }),
        'economics.sustained_power_b32.rtx-4090',
      )?.status
    expect([draws(600), draws(601)]).toEqual(['plausible', 'impossible'])
  })
})

describe('seconds per image, at 30 steps of SDXL: 358.8 TFLOP at no more than 165.2 a second', () => {
  const imageRate = (value: number) =>
    verdictOf(
      claimsOf({
        throughput: [{ id: 'it', workload: { model: 'sdxl', steps: 30 }, 'rtx-4090': quantity(value, 's/image') }],
      }),
      'throughput.it.rtx-4090',
    )?.status

  test('are judged at the slow end of what the printed number stands for', () => {
    // 2.2 stands for up to 2.25 s, which need 159.5 TFLOPS; 2.1 for up to 2.15 s, which need 166.9
    expect([imageRate(2.2), imageRate(2.1)]).toEqual(['plausible', 'impossible'])
  })
})

describe('what fits', () => {
  const fits = (value: string, workload: object) =>
    verdictOf(
      claimsOf({ fits: [{ id: 'it', workload, 'rtx-4090': { kind: 'class', value, raw: value } }] }),
      'fits.it.rtx-4090',
    )

  test('weights may be said 10 % smaller or larger than they are: 9.1 GB', () => {
    const said = (claimedGb: number) =>
      verdictOf(
        claimsOf({ fits: [{ id: 'it', workload: { ...llama8b, claimed_weights_gb: claimedGb } }] }),
        'fits.it.claimed_weights_gb',
      )
    expect(said(9)?.why.join()).toContain('are 9.1 GB, claimed 9 GB')
    expect([said(8.3)?.status, said(8.1)?.status]).toEqual(['consistent', 'inconsistent'])
    expect([said(9.9)?.status, said(10.1)?.status]).toEqual(['consistent', 'inconsistent'])
  })

  test('weights of 4 bits carry 20 bits of scale and zero for each 128: 5.7 GB', () => {
    const workload = { model: 'llama-3.1-8b', quant: 'awq-int4', claimed_weights_gb: 5.73 }
    const claims = claimsOf({ fits: [{ id: 'it', workload }] })
    expect(verdictOf(claims, 'fits.it.claimed_weights_gb')?.status).toBe('consistent')
  })

  test('training an image model beside its weights is classed by the room: tight under 2, trivial from 8 on', () => {
    // SDXL on the RTX 4090: (25.26 - 1.8 - 6.94) / 7 GB = 2.36
    expect(fits('Comfortable', { model: 'sdxl' })?.why.join()).not.toContain('by our scale')
    expect(fits('Tight', { model: 'sdxl' })?.why.join()).toMatch(
      /room for 2\.4 times the requirement: .*; on our scale Comfortable$/,
    )
  })

  test('an OOM of what has room is wrong, of what has room by the kindest reading only it is open', () => {
    expect(fits('OOM', { ...llama8b, context: 16_384 })?.status).toBe('inconsistent')
    expect(fits('Comfortable', { ...llama8b, context: 16_384 })?.status).toBe('consistent')
    // 131,072 tokens are 8.6 GB in FP8 and 17.2 GB in FP16, beside 9.1 GB of weights
    expect(fits('OOM', { ...llama8b, context: 131_072 })?.status).toBe('underspecified')
    expect(fits('Tight', { ...llama8b, context: 131_072 })?.status).toBe('underspecified')
    // 524,288 tokens are 34 GB in FP8
    expect(fits('OOM', { ...llama8b, context: 524_288 })?.status).toBe('consistent')
    expect(fits('Tight', { ...llama8b, context: 524_288 })?.status).toBe('impossible')
  })
})

describe('sentences about hardware', () => {
  test('PCIe 4 x16 carries 31.5 GB/s', () => {
    const claim = { kind: 'pcie-bandwidth', card: 'rtx-4090' }
    expect(asserted({ ...claim, gbPerS: 31.5 })?.status).toBe('plausible')
    expect(asserted({ ...claim, gbPerS: 31.6 })?.status).toBe('impossible')
  })

  test('NVLink of an H100 SXM is 900 GB/s, within 2 %', () => {
    const claim = { kind: 'nvlink-bandwidth', card: 'h100-sxm' }
    expect(asserted({ ...claim, gbPerS: 917 }, 'h100-sxm')?.status).toBe('consistent')
    expect(asserted({ ...claim, gbPerS: 920 }, 'h100-sxm')?.status).toBe('contradicts-datasheet')
  })

  test('5 to 7 % less than 1008 GB/s is 937 to 958 GB/s', () => {
    const claim = { kind: 'ecc-bandwidth', card: 'rtx-4090', minLoss: 0.05, maxLoss: 0.07 }
    const at = (withEccGBs: number) => asserted({ ...claim, withEccGBs })?.status
    expect([at(937), at(938), at(957), at(958)]).toEqual(['inconsistent', 'consistent', 'consistent', 'inconsistent'])
  })

  test("vLLM's usual share of an RTX 4090 is 22.7 to 23.2 GB", () => {
    const at = (minGb: number, maxGb: number) =>
      asserted({ kind: 'usable-memory', card: 'rtx-4090', minGb, maxGb })?.status
    expect([at(22, 22.7), at(22, 22.8)]).toEqual(['contradicts-datasheet', 'consistent'])
    expect([at(23.3, 24), at(23.2, 24)]).toEqual(['contradicts-datasheet', 'consistent'])
  })
})

test('a price is at most what a sentence says, or not', () => {
  const claims = (gbp: number) =>
    verdictOf(
      claimsOf(
        { economics: [{ id: 'price', 'rtx-4090': quantity(1300, 'GBP') }] },
        { text_claims: [{ id: 'it', text: 'Cheap.', asserts: [{ kind: 'price-at-most', card: 'rtx-4090', gbp }] }] },
      ),
      'text.it',
    )?.status
  expect([claims(1300), claims(1299)]).toEqual(['consistent', 'inconsistent'])
})

describe('a command that is shown', () => {
  const started = (args: Record<string, string | number>, model = 'meta-llama/Llama-3.1-8B-Instruct-FP8') =>
    verdictOf(claimsOf({}, { serving_examples: [{ id: 'it', card: 'rtx-4090', model, args }] }), 'serving.it')

  test('fails at load where the weights are larger than the budget', () => {
    expect(started({}, 'meta-llama/Llama-3.1-70B-Instruct-FP8')?.why.join()).toContain('exceed the budget')
    expect(started({ 'gpu-memory-utilization': 0.35 })?.why.join()).toContain('exceed the budget')
    expect(started({ 'gpu-memory-utilization': 0.37 })).toEqual({
      cell: 'serving.it',
      status: 'impossible',
      why: ['9.1 GB of weights and the runtime leave no KV cache in a budget of 9.3 GB'],
    })
  })

  test('fails where not even one sequence of the length finds room', () => {
    const fits = started({ 'gpu-memory-utilization': 0.9, 'max-model-len': 65_536 })
    expect(fits).toMatchObject({ status: 'plausible' })
    expect(started({ 'gpu-memory-utilization': 0.9, 'max-model-len': 131_072 })).toMatchObject({ status: 'impossible' })
  })
})

describe('claimed beside measured', () => {
  const claims = (over: object) =>
    claimsOf({
      throughput: [
        {
          id: 'it',
          scenario: 'llama-3.1-8b-fp8-batch32',
          workload: { ...llama8b, batch: 32 },
          'rtx-4090': quantity(1000, 'tokens/s', over),
        },
      ],
    })
  const run = (tokensPerS: number, startedAt = '2026-11-01T10:00:00Z') =>
    makeRun({ card: 'rtx-4090', startedAt, result: { outputTokensPerS: tokensPerS } })

  test('a range is met inside it, and by its nearer end outside', () => {
    const status = (tokensPerS: number) =>
      measuredFindings(claims({ min: 1000, max: 1200 }), [run(tokensPerS)], claimCatalogue)[0]!
    expect([status(1000), status(1150), status(1230)].map((finding) => finding.status)).toEqual([
      'confirmed',
      'confirmed',
      'confirmed',
    ])
    expect(status(1500)).toMatchObject({ status: 'off', why: expect.stringMatching(/^20 % too low/) })
    expect(status(800)).toMatchObject({ status: 'off', why: expect.stringMatching(/^25 % too high/) })
  })

  test('the newest run counts, wherever it stands in the list', () => {
    const [older, newer] = [run(500), run(1000, '2026-11-02T10:00:00Z')]
    for (const runs of [
      [older, newer],
      [newer, older],
    ]) {
      expect(measuredFindings(claims({}), runs, claimCatalogue)).toMatchObject([{ status: 'confirmed' }])
    }
  })
})

test('the limit that no claim may pass reads KV as FP8: 64 KiB per token of Llama 3.1 8B', () => {
  const [card, model] = [cardByKey('rtx-4090')!, modelByKey('llama-3.1-8b-instruct-fp8')!]
  const reading = { format: 'fp8', model } as const
  const at = (contextTokens: number) => claimLimit(card, reading, { batch: 32, contextTokens }).bytesPerStep
  // keys and values of 8 heads of 128 in 32 layers, one byte each; for 32 streams of 1000 tokens
  expect(at(1000) - at(0)).toBeCloseTo(32 * 1000 * (2 * 8 * 128 * 32), -1)
})
