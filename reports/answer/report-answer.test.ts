import { describe, expect, test } from 'vitest'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { gateEntries } from '../../harness/gates/table.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { buildReport, buildReportFrom } from '../build.ts'
import { parseClaims } from '../claims/file/parse.ts'
import { digitsOf } from '../render/digits.ts'
import { formatCell } from '../render/format-cell.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderTerminal } from '../render/terminal.ts'
import { figureCell } from '../tables/figure-cell.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { saidCell } from './said-figures.ts'

/** What a report says first, by what it was made from. */
const result = {
  outputTokensPerS: [1100, 1090, 1110],
  tokensPerJ: [3.1, 3, 3.2],
  meanPowerW: [355, 350, 360],
  ttftMsP50: [120, 110, 130],
} as const
const of = (card: string, over: Partial<RunOverrides> = {}) => makeRun({ card, result, ...over })
const faster = { ...result, outputTokensPerS: [2200, 2180, 2220] } as const
const answerOf = (runs: readonly ReturnType<typeof makeRun>[]) => buildReportFrom(runs, makeFacts()).answer!

describe('two cards', () => {
  const runs = [1, 8, 32].flatMap((concurrency) => {
    const load = { scenario: `chat-c${concurrency}`, title: `Chat, ${concurrency} streams`, concurrency }
    return [of('rtx-4090', load), of('rtx-pro-6000-max-q', { ...load, result: faster })]
  })
  const report = buildReportFrom(runs, makeFacts())
  const answer = report.answer!

  test('the title names cards and workload, the facts what, where, when and by which versions', () => {
    expect(report.title).toBe('RTX 4090 and RTX PRO 6000 Max-Q: Chat')
    expect(Object.fromEntries(answer.facts.map(({ label, text }) => [label, text]))).toMatchObject({
      Workload: 'Chat at 1, 8 and 32 streams',
      Cards: 'RTX 4090, RTX PRO 6000 Max-Q',
      Where: 'box (a CPU, 2 threads, 8 GiB)',
      When: '1 Nov 2026, 10:00 UTC',
      Versions: expect.stringContaining('vllm 0.11.0, driver 580.0, joulemark '),
    })
  })

  test('the verdict counts the wins, names the price and the speed of the busiest load', () => {
    expect(answer.sentences).toEqual([
      'The RTX 4090 wins all 3 loads, by cost.',
      expect.stringMatching(/^For Chat, 32 streams, the RTX 4090 is 1\.71x cheaper: £.* per million output tokens\.$/),
      'The RTX PRO 6000 Max-Q is 2.00 times as fast there (95 %: 1.97 to 2.03): 2,200 tokens/s (±20) against 1,100 tokens/s (±10).',
    ])
  })

  test('key figures have the best card first, each with its interval', () => {
    expect(answer.tiles.map(({ id, figures }) => [id, figures[0]?.card?.label])).toEqual([
      ['speed', 'RTX PRO 6000 Max-Q'],
      ['energy', 'RTX 4090'],
      ['cost', 'RTX 4090'],
      ['ttft', 'RTX 4090'],
      ['wins', 'RTX 4090'],
    ])
    expect(answer.tiles[0]?.figures[0]?.cell).toMatchObject({ kind: 'number', value: 2200, ci95: [2180, 2220] })
  })

  test('Markdown and the terminal begin with it', () => {
    expect(renderMarkdown(report)).toMatch(
      /^# RTX 4090 and RTX PRO 6000 Max-Q: Chat\n\nThe RTX 4090 wins all 3 loads, by cost\./,
    )
    const [title, , first] = renderTerminal(report).split('\n')
    expect([title, first]).toEqual(['RTX 4090 and RTX PRO 6000 Max-Q: Chat', 'The RTX 4090 wins all 3 loads, by cost.'])
  })

  test('a sentence of which a part was simulated says so where the rest was not', () => {
    const mixed = answerOf([of('rtx-4090'), of('rtx-pro-6000-max-q', { source: 'simulated' })])
    expect(mixed.sentences.every((sentence) => sentence.endsWith(' (in part SIMULATED).'))).toBe(true)
  })
})

describe('the chart that decides', () => {
  const load = (concurrency: number) => ({
    ...{ scenario: `chat-c${concurrency}`, title: `Chat, ${concurrency} streams`, concurrency },
    result: { ...result, decodeTokensPerS: 90 - concurrency, outputTokensPerS: 50 * concurrency },
  })
  test.each([
    [
      'a sweep: what users see against what the GPU yields',
      [of('rtx-4090', load(1)), of('rtx-4090', load(8))],
      'sweep-gpu',
    ],
    [
      'cards and workloads: cost',
      ['a', 'b'].flatMap((scenario) => [of('rtx-4090', { scenario }), of('rtx-pro-6000-max-q', { scenario })]),
      'relative-cost',
    ],
    ['cards and one workload: cost by utilisation', [of('rtx-4090'), of('rtx-pro-6000-max-q')], 'cost-utilisation'],
    ['one card and workloads: output', [of('rtx-4090'), of('rtx-4090', { scenario: 'b' })], 'headline'],
    ['one run without rows: none', [of('rtx-4090')], undefined],
  ])('%s', (_what, runs, id) => expect(answerOf(runs).chart?.id).toBe(id))
})

describe('one run', () => {
  test('of text: output with its limit, cost, energy and TTFT', () => {
    const { sentences, tiles } = answerOf([of('rtx-4090')])
    expect(sentences).toEqual([
      'Llama 3.1 8B FP8 batch 32 agg on the RTX 4090: 1,100 tokens/s (±10).',
      expect.stringMatching(
        /^It costs £0\.\d+ .* at 100 % utilisation and £0\.18\/kWh; it yields 3\.10 tokens\/J \(±0\.10\)\.$/,
      ),
      'TTFT, median: 120 ms (±10).',
    ])
    expect(tiles.map(({ id }) => id)).toEqual(['speed', 'energy', 'cost', 'ttft'])
  })

  test('of training and of images: by their own units', () => {
    const image = { kind: 'image', image: { steps: 28, guidance: 3.5, batch: 1 } } as const
    const images = answerOf([of('rtx-4090', { work: image, result: { secondsPerImage: 4, joulesPerImage: 1200 } })])
    expect(images.sentences.join(' ')).toMatch(/4\.00 s per image\. .*1,200 J per image/)
    const training = answerOf([
      of('rtx-4090', {
        work: { kind: 'training', training: { batch: 4, sequenceTokens: 512, rank: 16, gradientCheckpointing: true } },
        result: { stepsPerS: 2, joulesPerStep: 150 },
      }),
    ])
    expect(training.sentences.join(' ')).toContain('2.00 steps/s')
    expect(training.tiles.map(({ label }) => label).slice(0, 2)).toEqual([
      'Training steps per second',
      'Energy per step',
    ])
  })

  test('that is out of memory: why, without a number', () => {
    const { sentences, tiles, chart, quality } = answerOf([of('rtx-4090', { oom: 'CUDA out of memory', result: {} })])
    expect(sentences[0]).toBe('The RTX 4090 does not have the memory for this workload.')
    expect(tiles[0]?.figures[0]?.cell.kind).toBe('oom')
    expect(chart).toBeNull()
    expect(quality?.text).toBe('No run has a figure to quote: 1 run ended out of memory.')
  })

  test('that failed: why', () => {
    const { sentences, tiles } = answerOf([
      of('rtx-4090', { status: 'failed', failure: 'the server is gone', result: {} }),
    ])
    expect(sentences).toEqual(['No run has a figure: the server is gone.'])
    expect(tiles).toEqual([])
  })
})

describe('quality in one line', () => {
  const gates = [{ id: 'client-headroom', status: 'fail' as const, required: true, evidence: '3 % headroom' }]
  const passed = gateEntries.map(([id]) => ({ id, status: 'pass' as const, required: true, evidence: '' }))
  const signature = { algorithm: 'Ed25519', publicKey: 'a'.repeat(64), value: 'b'.repeat(128) } as const
  const fine = of('rtx-4090', { gates: passed, more: { quotable: true, signature } })
  const lost = (scenario: string) => of('rtx-4090', { scenario, gates, more: { quotable: false } })
  test('how many are quotable, and the most frequent reason why others are not', () => {
    expect(answerOf([fine]).quality).toMatchObject({ tone: 'good', reasons: [] })
    const some = answerOf([fine, lost('b'), lost('c')]).quality
    expect(some).toMatchObject({ tone: 'warn' })
    expect(some?.text).toMatch(/^1 of 3 runs is quotable: /)
    expect(answerOf([lost('b'), lost('c')]).quality).toMatchObject({
      tone: 'bad',
      text: expect.stringMatching(/^Neither of the 2 runs/),
    })
  })

  test('a run that is not signed, or lacks a gate of today, is not quotable: as `list` and `quote` say', () => {
    const unsigned = answerOf([of('rtx-4090', { gates: passed, more: { quotable: true } })]).quality
    expect(unsigned).toMatchObject({ tone: 'bad', reasons: ['signature in 1 run'] })
    expect(unsigned?.text).toBe('The run is not quotable: signature in 1 run.')
    const older = of('rtx-4090', { gates: passed.slice(1), more: { quotable: true, signature } })
    expect(answerOf([older]).quality?.tone).toBe('bad')
  })

  test('that runs are simulated is said once', () => {
    const { quality } = answerOf([of('rtx-4090', { source: 'simulated' })])
    expect(quality?.text).toBe('The run is not quotable: it is simulated.')
    expect(quality?.reasons.join()).not.toContain('live-source')
  })
})

test('claims alone: how many hold; beside runs a fact', () => {
  const claims = parseClaims(article, 'article')
  const alone = buildReport([], { claims })
  expect(alone.title).toBe('Check of RTX 4090 24GB vs RTX 6000 Pro 96GB')
  expect(alone.answer?.sentences[0]).toMatch(/^Of \d+ claims, \d+ are questionable: \d+ impossible, /)
  expect(alone.answer?.quality).toBeNull()
  expect(buildReport([of('rtx-4090')], { claims }).answer?.facts.at(-1)?.text).toMatch(
    /^\d+ published claims checked, /,
  )
})

test('a report of chosen tables, or of nothing, has no answer', () => {
  expect(buildReport([of('rtx-4090')], { tables: ['throughput'] }).answer).toBeUndefined()
  expect(buildReport([]).answer).toBeUndefined()
})

test('a figure in a sentence has the digits of its cell, which are those that its interval deserves', () => {
  const run = makeRun({ card: 'rtx-4090', result: { outputTokensPerS: [153.08, 152.78, 153.38] } })
  const cell = figureCell(run, 'outputTokensPerS', digitsOf(153.08))
  expect(saidCell(cell, 'tokens/s')).toBe('153.1 tokens/s (±0.3)')
  expect(formatCell(cell)).toMatchObject({ main: '153.1\u00a0t/s', sub: '±0.3' })
})
