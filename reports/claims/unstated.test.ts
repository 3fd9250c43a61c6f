import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { auditClaims } from './audit.ts'
import { claimCatalogue } from './claim-catalogue.ts'
import { parseClaims, parseClaimsText } from './file/parse.ts'

const fixture = (name: string) => {
  const file = new URL(`./fixtures/${name}.yaml`, import.meta.url)
  const claims = parseClaimsText(readFileSync(file, 'utf8'), `${name}.yaml`)
  return new Map(
    auditClaims(claims, claimCatalogue).map(({ cell, status, why }) => [cell, { status, why: why.join('; ') }]),
  )
}

describe("a vendor's page with missing facts", () => {
  const verdicts = fixture('vendor-missing-facts')
  const on = (row: string, card = 'rtx-5090') => verdicts.get(`throughput.${row}.${card}`)!

  test('nothing on it is impossible, contradicted or inconsistent', () => {
    const bad = [...verdicts].filter(([, { status }]) => /impossible|contradicts|inconsistent/.test(status))
    expect(bad).toEqual([])
  })

  test('a batch that is not stated: 5,418 t/s of vLLM issue 16515, 7,648 of a Max-Q', () => {
    expect(on('llama8b-fp8')).toMatchObject({
      status: 'underspecified',
      why: expect.stringMatching(/^not stated: batch; /),
    })
    expect(on('llama8b-fp8').why).toContain('226.0 t/s of the RTX 5090 at batch 1')
    expect(on('llama8b-fp8', 'rtx-pro-6000-max-q').status).toBe('underspecified')
  })

  test('a format that is not stated is neither taken as FP8 nor as 16 bits', () => {
    expect(on('llama8b').why).toMatch(/^not stated: batch, format of the weights; /)
    expect(on('llama8b-b1')).toMatchObject({
      status: 'underspecified',
      why: expect.stringMatching(/^not stated: format of the weights; /),
    })
    // 110 of the 120.5 t/s that 16 bits allow: whatever the format is
    expect(on('llama8b-b1', 'rtx-pro-6000-max-q').status).toBe('plausible')
  })

  test('speculation that is claimed or left open: 340 t/s are 1.50 tokens per step', () => {
    for (const row of ['llama8b-eagle', 'llama8b-open']) {
      expect(on(row)).toMatchObject({ status: 'underspecified', why: expect.stringContaining('1.50 tokens per step') })
    }
    expect(on('llama8b-eagle-known')).toMatchObject({
      status: 'plausible',
      why: expect.stringContaining('406.8 t/s at batch 1, 1.8 tokens per step'),
    })
  })

  test('tokens of prompts are no output tokens', () => {
    expect(on('llama8b-total')).toMatchObject({
      status: 'underspecified',
      why: expect.stringContaining('tokens of prompts'),
    })
    expect(on('llama8b-prompts')).toMatchObject({
      status: 'plausible',
      why: expect.stringContaining('tokens/s of prompts'),
    })
  })

  test('images whose arithmetic and skipped steps are left open', () => {
    expect(on('flux')).toMatchObject({
      status: 'underspecified',
      why: expect.stringContaining('only if a cache skips steps'),
    })
  })

  test('text that is no quantity, and a model that the catalogue lacks, are listed with the reason', () => {
    expect(on('words')).toMatchObject({
      status: 'unverified',
      why: expect.stringContaining('does not begin with a number in a unit'),
    })
    expect(on('other-model').why).toBe(
      'the model llama-3.1-9b is not in the catalogue; did you mean "llama-3.1-8b-instruct"?',
    )
  })
})

test('an honest page has nothing questionable, and every figure on it is judged', () => {
  const verdicts = fixture('honest-page')
  const of = (pattern: RegExp) => [...verdicts].filter(([cell]) => pattern.test(cell)).map(([, { status }]) => status)
  expect(new Set(of(/./))).toEqual(new Set(['consistent', 'plausible', 'unverified']))
  expect(new Set(of(/^throughput\.|^economics\.sustained/))).toEqual(new Set(['plausible']))
  expect(new Set(of(/^spec\.(?!other_)|^fits\.|^text\.|price_per_gb/))).toEqual(new Set(['consistent']))
})

/** One row of throughput on one card. */
const rate = (cell: unknown, workload: object, card: object = {}) => {
  const claims = parseClaims(
    {
      schema: 1,
      source: { title: 'A table' },
      cards: { 'rtx-4090': { label: 'RTX 4090', ...card } },
      tables: { throughput: { title: 'T', rows: [{ id: 'it', label: 'It', workload, 'rtx-4090': cell }] } },
    },
    'claims',
  )
  const { status, why } = auditClaims(claims, claimCatalogue).find(({ cell: at }) => at === 'throughput.it.rtx-4090')!
  return { status, why: why.join('; ') }
}

describe('what a source does state is used', () => {
  const llama8b = { model: 'llama-3.1-8b', quant: 'fp8', batch: 1 }

  test('an impossible rate states its margin, its limit with and without L2, and what is assumed', () => {
    const { status, why } = rate('198 t/s', llama8b)
    expect(status).toBe('impossible')
    expect(why).toContain(
      'requires 1,590 of 1008 GB/s: the limit of the RTX 4090 is 126.7 t/s at batch 1 (125.5 t/s without its L2 cache)',
    )
    // 197.5 is the least that prints as 198
    expect(why).toContain(
      '55.9 % above it at the least; plain decoding is assumed: with speculation it requires 1.56 tokens per step',
    )
    expect(rate('198 t/s', { ...llama8b, speculation: 'none' }).why).not.toContain('assumed')
  })

  test('two cards have twice the bandwidth', () => {
    expect(rate('198 t/s', { ...llama8b, cards: 2 }).status).toBe('plausible')
  })

  test('a raised memory clock raises the limit: 11,550 MHz are 10 % more, 139.4 t/s', () => {
    expect(rate('138 t/s', llama8b).status).toBe('impossible')
    expect(rate('138 t/s', llama8b, { memory_clock_mhz: 11_550 }).status).toBe('plausible')
    expect(rate('140 t/s', llama8b, { memory_clock_mhz: 11_550 }).status).toBe('impossible')
  })

  test('a rate per stream, and a time per token, are those of one stream', () => {
    // batch 8 of 8B FP8: 126.7 t/s each at most
    expect(rate('100 t/s per user', { ...llama8b, batch: 8 }).status).toBe('plausible')
    expect(rate('130 t/s per user', { ...llama8b, batch: 8 }).status).toBe('impossible')
    expect(rate('100 t/s', { ...llama8b, batch: 8 }).status).toBe('plausible')
    expect(rate('8 ms/token', llama8b).status).toBe('plausible')
    expect(rate('7 ms/token', llama8b).status).toBe('impossible')
    // however many streams there are, none is faster than one alone
    expect(rate('130 t/s per user', { ...llama8b, batch: null }).status).toBe('impossible')
  })

  test('a rate per GPU is that of all cards together divided by them', () => {
    // 126.7 t/s of one card, 255.9 of two
    const two = { ...llama8b, cards: 2 }
    expect([rate('125 tokens/s/GPU', two).status, rate('130 tokens/s/GPU', two).status]).toEqual([
      'plausible',
      'impossible',
    ])
  })

  test('a full key of the catalogue states its format', () => {
    const key = { model: 'llama-3.1-8b-instruct-fp8', batch: 1 }
    expect([rate('110 t/s', key).status, rate('198 t/s', key).status]).toEqual(['plausible', 'impossible'])
  })

  test('a name that may be several models is not judged', () => {
    expect(rate('198 t/s', { ...llama8b, model: 'llama-3.1' })).toMatchObject({
      status: 'unverified',
      why: expect.stringContaining('llama-3.1 names several models: '),
    })
  })

  test('images: arithmetic that is stated, left open, or as the model is usually computed', () => {
    // 28 steps of FLUX in 6.25 s at the most: 333 TFLOPS; 165.2 with FP32 accumulation, 330.3 with FP16, 660.6 in FP8
    const flux = { model: 'flux.1-dev', quant: 'fp16', steps: 28 }
    const status = (workload: object) => rate('6.2 s', { ...flux, ...workload }).status
    expect(rate('6.2 s', flux).why).toContain(
      '102 % above it at the least; FP16 accumulation, 8 or 4 bits and skipped steps',
    )
    expect([status({}), status({ arithmetic: 'fp16' }), status({ arithmetic: 'fp16-accumulate' })]).toEqual([
      'impossible',
      'impossible',
      'impossible',
    ])
    expect([
      status({ arithmetic: 'fp8' }),
      status({ quant: 'fp8' }),
      status({ steps: 20, arithmetic: 'fp16-accumulate' }),
    ]).toEqual(['plausible', 'plausible', 'plausible'])
    expect([status({ arithmetic: null }), status({ step_cache: null }), status({ step_cache: true })]).toEqual([
      'underspecified',
      'underspecified',
      'underspecified',
    ])
    expect(status({ resolution: [512, 512] })).toBe('unverified')
  })
})

describe('what fits', () => {
  const fits = (value: string, workload: object, card = 'h100-sxm') => {
    const claims = parseClaims(
      {
        schema: 1,
        source: { title: 'A table' },
        cards: { [card]: { label: card } },
        tables: { fits: { title: 'F', rows: [{ id: 'it', label: 'It', workload, [card]: value }] } },
      },
      'claims',
    )
    const { status, why } = auditClaims(claims, claimCatalogue).find(({ cell }) => cell === `fits.it.${card}`)!
    return { status, why: why.join('; ') }
  }
  const llama70b = { model: 'llama-3.1-70b', quant: 'fp8' }

  test('70B FP8 on an H100 at a stated 32k: FP8 KV alone is not enough, and the reason does not say so', () => {
    const { status, why } = fits('Comfortable', { ...llama70b, context: 32_768 })
    expect(status).toBe('underspecified')
    expect(why).toBe(
      "only with FP8 KV and more than vLLM's usual share of memory (0.92): 72.7 GB of weights on 84.9 GB leave KV for 9.1k tokens in FP16, 18.2k in FP8 at vLLM's usual share of memory; at most 69.7k by the kindest reading",
    )
    // (84.9 - 72.66 - 0.86) GB / 163,840 bytes: beyond them nothing helps
    expect(fits('Tight', { ...llama70b, context: 69_000 }).status).toBe('underspecified')
    expect(fits('Tight', { ...llama70b, context: 70_500 }).status).toBe('impossible')
  })

  test('a stated type of the KV cache is used', () => {
    expect(fits('Tight', { ...llama70b, context: 16_384, kv_cache: 'fp8' }).status).toBe('consistent')
    expect(fits('Tight', { ...llama70b, context: 40_000, kv_cache: 'fp16' }).status).toBe('impossible')
  })

  test('a format that is not stated: 70B in a few bits fits 24 GB, in 16 it does not', () => {
    const { status, why } = fits('fits', { model: 'llama-3.1-70b' }, 'rtx-4090')
    expect(status).toBe('underspecified')
    expect(why).toContain('only with short contexts or fewer bits per weight or FP8 KV')
    expect(fits('OOM', { model: 'llama-3.1-70b' }, 'rtx-4090').status).toBe('underspecified')
  })
})
