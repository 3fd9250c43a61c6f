import { describe, expect, test } from 'vitest'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { buildReportFrom } from '../build.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderTerminal } from '../render/terminal.ts'
import { makeFacts } from '../testing/facts-builder.ts'

/** The answer keeps to the rule for winners: sentences, key figures and chart say the same. */
const slow = {
  outputTokensPerS: [1100, 1090, 1110],
  tokensPerJ: [3.1, 3, 3.2],
  meanPowerW: [355, 350, 360],
  ttftMsP50: [120, 110, 130],
} as const
const fast = { ...slow, outputTokensPerS: [2200, 2180, 2220], ttftMsP50: [50, 45, 55] } as const
const of = (card: string, over: Partial<RunOverrides> = {}) => makeRun({ card, result: slow, ...over })
const reportOf = (runs: readonly ReturnType<typeof makeRun>[]) => buildReportFrom(runs, makeFacts())
const answerOf = (runs: readonly ReturnType<typeof makeRun>[]) => reportOf(runs).answer!
const [small, large] = ['rtx-4090', 'rtx-pro-6000-max-q'] as const

describe('speed', () => {
  const single = (outputTokensPerS: number) => ({ result: { ...slow, outputTokensPerS } })
  test('below 3 % decides nothing, as with costs; a claim of single trials says that it has no interval', () => {
    expect(answerOf([of(small, single(1000)), of(large, single(1002))]).sentences.at(-1)).toMatch(
      /does not decide it: .* a difference below 3 %\.$/,
    )
    expect(answerOf([of(small, single(1000)), of(large, single(1500))]).sentences.at(-1)).toContain(
      '1.50 times as fast there (one trial each, so without an interval)',
    )
  })

  test('of a run that did not complete is no speed, and no card wins by it', () => {
    for (const status of ['failed', 'interrupted'] as const) {
      const { sentences } = answerOf([of(small, { status }), of(large, { result: fast })])
      expect(sentences).toHaveLength(1)
      expect(sentences[0]).toContain(
        `there is no winner: RTX 4090: the run ${status === 'failed' ? '' : 'is '}${status}`,
      )
    }
  })

  test('among three cards names the next one', () => {
    const third = of('rtx-5090', { result: { ...slow, outputTokensPerS: [1800, 1790, 1810] } })
    expect(answerOf([of(small), of(large, { result: fast }), third]).sentences.at(-1)).toMatch(
      /against 1,800 tokens\/s \(±10\) \(.*5090.*\)\.$/,
    )
  })
})

describe('an SLO that one card misses', () => {
  const slo = { ttftMs: 100 }
  const runs = ['a', 'b', 'c'].flatMap((scenario) => [
    of(small, { scenario, title: scenario, ...(scenario === 'c' ? {} : { slo }) }),
    of(large, { scenario, title: scenario, ...(scenario === 'c' ? {} : { slo }), result: fast }),
  ])
  const report = reportOf(runs.slice(0, 4))
  const answer = report.answer!

  test('the cheaper card that misses it stands last, with the reason', () => {
    const cost = answer.tiles.find(({ id }) => id === 'cost')!
    expect(cost.figures.map(({ card }) => card?.label)).toEqual(['RTX PRO 6000 Max-Q', 'RTX 4090'])
    expect(cost.figures[1]?.note).toMatch(/^does not count: TTFT.* 120 ms exceeds the limit of 100 ms$/)
    for (const text of [renderTerminal(report, { columns: 200 }), renderMarkdown(report)])
      expect(text).toContain('does not count: TTFT')
  })

  test('it has no bar in the chart of costs', () => {
    expect(answer.chart?.id).not.toBe('relative-cost')
    const more = [of(small, { scenario: 'd', title: 'd' }), of(large, { scenario: 'd', title: 'd', result: fast })]
    const chart = answerOf([...runs, ...more]).chart
    expect(chart).toMatchObject({ id: 'relative-cost', categories: ['c', 'd'] })
    expect(chart?.summary).toContain('2 of 4 workloads are absent')
  })

  test('the wins say that they are by the SLO, and goodput has a place', () => {
    const wins = answer.tiles.find(({ id }) => id === 'wins')!
    expect(wins).toMatchObject({ label: 'Workloads won' })
    expect(wins.figures[0]?.cell).toMatchObject({ text: '2 of 2', detail: 'alone within the SLO' })
    const goodputRequestsPerS = [4, 3.9, 4.1] as const
    const tiles = answerOf([of(small, { slo, result: { ...fast, goodputRequestsPerS } })]).tiles
    expect(tiles.map(({ id }) => id)).toContain('goodput')
  })

  test('for one card the answer says whether it met its SLO', () => {
    const of1 = (result: typeof slow | typeof fast) => answerOf([of(small, { slo, result })]).sentences[0]
    expect(of1(slow)).toMatch(/, not within the SLO \(TTFT 100.ms\): TTFT.* 120 ms exceeds the limit of 100 ms\.$/)
    expect(of1(fast)).toMatch(/, within the SLO \(TTFT 100.ms\)\.$/)
  })
})

describe('workloads without a winner', () => {
  test('are apart: served by none, not measured on all cards', () => {
    const slo = { ttftMs: 100 }
    const at = (scenario: string, over: Partial<RunOverrides> = {}) =>
      [small, large].map((card) => of(card, { scenario, title: scenario, ...over }))
    const runs = [...at('a', { slo }), ...at('b').slice(0, 1), ...at('c')]
    expect(answerOf(runs).sentences[0]).toBe(
      'Of 3 workloads, the RTX 4090 wins 1, 1 is within the SLO on none of them and 1 was not measured on all of them.',
    )
  })

  test('that failed on one card are not counted as run', () => {
    const failed = of(small, { scenario: 'b', title: 'B', status: 'failed', failure: 'boom', result: {} })
    expect(answerOf([of(small), failed]).sentences[0]).toBe('The RTX 4090 ran 1 of 2 workloads; 1 failed.')
  })
})

describe('what must be known beside the figures', () => {
  test('is said once where all runs share it, else at each figure', () => {
    const quick = { more: { quick: true as const } }
    const all = answerOf([of(small, quick), of(large, quick)])
    expect(all.facts.find(({ label }) => label === 'Caveat')?.text).toMatch(/^quick: /)
    expect(all.tiles[0]?.figures[0]?.note).toBeNull()
    const report = reportOf([of(small, quick), of(large, { result: fast })])
    expect(report.answer?.tiles[0]?.figures.map(({ note }) => note?.slice(0, 6) ?? null)).toEqual([null, 'quick:'])
    for (const text of [renderTerminal(report, { columns: 200 }), renderMarkdown(report)])
      expect(text.slice(0, text.indexOf('Versions'))).toContain('quick: trials')
  })

  test('a dash and an OOM have their reason in every format', () => {
    const report = reportOf([of(small, { result: { ...slow, tokensPerJ: 'the driver gave no energy' } }), of(large)])
    const out = reportOf([of(small, { oom: 'CUDA out of memory', result: {} }), of(large)])
    for (const [shown, reason] of [
      [report, 'the driver gave no energy'],
      [out, 'memory'],
    ] as const)
      for (const text of [renderTerminal(shown, { columns: 200 }), renderMarkdown(shown)])
        expect(
          text
            .slice(0, text.indexOf('Versions'))
            .split('\n')
            .filter((line) => /—|OOM/.test(line))[0],
        ).toContain(reason)
  })

  test('that the workload was not the same on both cards', () => {
    const unlike = answerOf([of(small, { more: { scenarioSha256: 'x'.repeat(64) } }), of(large)])
    expect(unlike.facts.find(({ label }) => label === 'Unlike')?.text).toContain('the scenario differs between columns')
    expect(answerOf([of(small), of(large)]).facts.map(({ label }) => label)).not.toContain('Unlike')
  })

  test('quality is that of the runs that are shown, and the others are mentioned', () => {
    const older = of(small, { startedAt: '2026-10-01T10:00:00Z' })
    expect(answerOf([of(small), older]).quality?.text).toMatch(
      /^The run is not quotable: .* 1 more run was given and is not behind these figures\.$/,
    )
  })
})
