import { describe, expect, test } from 'vitest'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { makeRun } from '../../harness/testing/record-builder.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { auditClaims } from './audit.ts'
import { claimCatalogue } from './claim-catalogue.ts'
import { parseClaims } from './file/parse.ts'
import byHand from './fixtures/gigagpu-verdicts.json' with { type: 'json' }
import { measuredFindings } from './measured.ts'

const claims = parseClaims(article, 'article.json')
const verdicts = new Map(auditClaims(claims, claimCatalogue).map((verdict) => [verdict.cell, verdict]))
const why = (cell: string) => verdicts.get(cell)!.why.join('; ')

/**
 * Where neither arithmetic nor physics decides, and the engine says less than the person who audited by hand:
 * 65 tokens/s for twelve people is impossible for one stream and easy for twelve, and the source does not say which.
 */
const judgedByHand: Readonly<Record<string, string>> = {
  'winners.coder32b-12-engineers': 'underspecified',
  // 0.8 % above what memory bandwidth alone allows, 0.8 % below it with what 128 MiB of L2 can keep
  'throughput.llama8b-fp8-b1.rtx-6000-pro': 'inconsistent',
}

describe('the audit of the article finds what was found by hand', () => {
  test.each(Object.entries(byHand))('%s', (cell, { status }) => {
    // A verdict on a whole row holds for each of its cards.
    const cells = verdicts.has(cell) ? [cell] : ['rtx-4090', 'rtx-6000-pro'].map((card) => `${cell}.${card}`)
    for (const at of cells) expect(verdicts.get(at)?.status, why(at)).toBe(judgedByHand[cell] ?? status)
  })

  test('with the numbers that decide', () => {
    expect(why('throughput.llama8b-fp8-b1.rtx-4090')).toContain('requires 1,590 of 1008 GB/s')
    expect(why('throughput.llama8b-fp8-b1.rtx-4090')).toContain('125.5 t/s')
    expect(why('throughput.llama8b-fp8-b1.rtx-6000-pro')).toMatch(/223\.[12] t\/s/)
    expect(why('throughput.llama70b-fp8-b1.rtx-6000-pro')).toContain('requires 2,258 of 1792 GB/s')
    expect(why('throughput.llama70b-awq-b1.rtx-6000-pro')).toContain('37.2 t/s of its own 1400 GB/s')
    expect(why('fits.llama70b-awq-16k.rtx-4090')).toBe('39.8 GB of weights on 25.3 GB')
    expect(why('text.gbp-token-factor-5')).toContain('£0.0289 and £0.0742 per million tokens')
    expect(why('text.gbp-token-factor-5')).toContain('a factor of 2.57')
    expect(why('text.payback')).toContain('£0.0289 (Llama 3.1 8B FP8 batch 32 agg) against £0.0292')
    expect(why('text.ecc-cost-5-7')).toContain('1,667 to 1,702')
    expect(why('serving.vllm-6000-70b-fp8')).toContain('114k tokens, 3.5 full sequences, not the 16')
  })

  test('and nothing against the cells that are right', () => {
    const wrong = [...verdicts.values()].filter(({ status }) =>
      ['impossible', 'contradicts-datasheet', 'inconsistent'].includes(status),
    )
    const known = new Set(Object.keys(byHand))
    // Found by the engine alone, and right: two cards at £0.0289 and £0.0292 a million tokens by its own figures.
    expect(wrong.map(({ cell }) => cell).filter((cell) => !known.has(cell))).toEqual(['text.payback'])
  })

  test('every derived cell recomputes', () => {
    const derived = [...verdicts.values()].filter(
      ({ cell }) => /^economics\.(gbp|annual|capex|total)/.test(cell) || /\.(delta|uplift)$/.test(cell),
    )
    expect(derived.filter(({ status }) => status === 'inconsistent')).toEqual([])
    expect(why('economics.total_per_year.rtx-6000-pro')).toContain('printed £3,227')
  })
})

describe('nothing is written down: other claims, other verdicts', () => {
  const withCell = (id: string, value: number, raw: string) => {
    const copy = structuredClone(article) as { tables: { throughput: { rows: Record<string, unknown>[] } } }
    const row = copy.tables.throughput.rows.find((at) => at['id'] === id)!
    row['rtx-4090'] = { kind: 'quantity', value, unit: 'tokens/s', raw }
    return new Map(
      auditClaims(parseClaims(copy, 'copy'), claimCatalogue).map((verdict) => [verdict.cell, verdict.status]),
    )
  }

  test('110 t/s at batch 1 is plausible, and the uplift then no longer adds up', () => {
    const found = withCell('llama8b-fp8-b1', 110, '110 t/s')
    expect(found.get('throughput.llama8b-fp8-b1.rtx-4090')).toBe('plausible')
    expect(found.get('throughput.llama8b-fp8-b1.uplift')).toBe('inconsistent')
  })

  test('an unknown card is unverified, not condemned', () => {
    const copy = structuredClone(article)
    const renamed = JSON.parse(JSON.stringify(copy).replaceAll('"rtx-4090"', '"gtx-1"'))
    const found = auditClaims(parseClaims(renamed, 'copy'), claimCatalogue)
    expect(found.find(({ cell }) => cell === 'throughput.llama8b-fp8-b1.gtx-1')!.status).toBe('unverified')
  })
})

describe('claimed beside measured', () => {
  const run = (over: Partial<Parameters<typeof makeRun>[0]>) =>
    makeRun({ card: 'rtx-4090', result: { outputTokensPerS: [1090, 1080, 1100] }, ...over })
  const cell = 'throughput.llama8b-fp8-b32.rtx-4090'

  test('within three per cent is confirmed, more is off by how much', () => {
    expect(measuredFindings(claims, [run({})], claimCatalogue)).toMatchObject([{ cell, status: 'confirmed' }])
    const [off] = measuredFindings(claims, [run({ result: { outputTokensPerS: 2200 } })], claimCatalogue)
    expect(off).toMatchObject({ cell, status: 'off' })
    expect(off!.why).toMatch(/^50 % too low: measured 2,200 on rtx-4090/)
  })

  test('a simulated or unfinished run confirms nothing, nor does a point of a tuning', () => {
    const point = run({ more: { setting: settingAt(300) } })
    expect(
      measuredFindings(claims, [run({ source: 'simulated' }), run({ status: 'interrupted' }), point], claimCatalogue),
    ).toEqual([])
  })

  test('an edition stands for its family', () => {
    const found = measuredFindings(
      claims,
      [run({ card: 'rtx-pro-6000-max-q', result: { outputTokensPerS: 1380 } })],
      claimCatalogue,
    )
    expect(found).toMatchObject([{ cell: 'throughput.llama8b-fp8-b32.rtx-6000-pro', status: 'confirmed' }])
  })
})

test('a file that is none says where in one line', () => {
  expect(() => parseClaims({ schema: 1, source: {} }, 'x.json')).toThrow(
    /^x\.json is not a claims file: source\.title: /,
  )
})
