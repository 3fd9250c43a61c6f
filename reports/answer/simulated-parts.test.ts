import { describe, expect, test } from 'vitest'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { buildReportFrom } from '../build.ts'
import { SIMULATED_MARK } from '../render/format-cell.ts'
import { renderHtml } from '../render/html/page.ts'
import { renderJson } from '../render/json.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderTerminal } from '../render/terminal.ts'
import { makeFacts } from '../testing/facts-builder.ts'

/** Live and simulated runs in one report: each figure of the answer says which it is, in every format. */
const cards = ['rtx-4090', 'rtx-pro-6000-max-q'] as const
const run = (card: (typeof cards)[number], concurrency: number, source: RunOverrides['source']) =>
  makeRun({
    ...{ card, concurrency, scenario: `chat-c${concurrency}`, title: `Chat, ${concurrency} streams` },
    ...(source === undefined ? {} : { source }),
    result: {
      outputTokensPerS: (card === 'rtx-4090' ? 30 : 60) * concurrency,
      decodeTokensPerS: 90 - concurrency,
      tokensPerJ: 3,
      meanPowerW: 355,
      ttftMsP50: 120,
    },
  })
const reportOf = (runs: readonly ReturnType<typeof makeRun>[]) =>
  buildReportFrom(runs, makeFacts(), { series: new Map() })

describe('the load that decides is simulated, the others are live', () => {
  const report = reportOf(
    [1, 8, 32].flatMap((load) => cards.map((card) => run(card, load, load === 32 ? 'simulated' : 'live'))),
  )
  const answer = report.answer!

  test('sentences on it alone are SIMULATED, on all loads in part', () => {
    expect(answer.sentences.map((sentence) => /\(.*?SIMULATED\)/.exec(sentence.slice(-25))?.[0])).toEqual([
      '(in part SIMULATED)',
      '(SIMULATED)',
      '(SIMULATED)',
    ])
  })

  test('every key figure has the mark, the wins too', () => {
    const figures = answer.tiles.flatMap((tile) => tile.figures).length
    expect(answer.tiles.map(({ id }) => id)).toContain('wins')
    const marked = (text: string, mark: string | RegExp) => text.split(mark).length - 1
    const page = renderHtml(report)
    const screen = page.slice(page.indexOf('id="answer"'), page.indexOf('class="chapter"'))
    expect(marked(screen, '<abbr title="simulated">')).toBe(figures)
    const terminal = renderTerminal(report, { columns: 100 })
    expect(marked(terminal.slice(terminal.indexOf('Key figures'), terminal.indexOf('Workload:')), SIMULATED_MARK)).toBe(
      figures,
    )
    const markdown = renderMarkdown(report)
    expect(marked(markdown.slice(markdown.indexOf('Key figure'), markdown.indexOf('**')), SIMULATED_MARK)).toBe(figures)
  })

  test('the chart of the first screen has the stamp, and its description names the load', () => {
    const page = renderHtml(report)
    const figure = /<figure[\s\S]*?<\/figure>/.exec(page)![0]
    expect(figure).toContain('<span class="stamp">SIMULATED</span>')
    expect(figure).toContain('SIMULATED in this report: Chat, 32 streams.')
    expect(JSON.parse(renderJson(report)).answer).toMatchObject({ isMixed: true, chart: { simulated: true } })
  })
})

test('live sentences beside simulated runs have no mark; a simulated card is named', () => {
  const { answer } = reportOf([
    run('rtx-4090', 1, 'simulated'),
    run('rtx-4090', 8, 'simulated'),
    run(cards[1], 8, 'live'),
  ])
  expect(answer?.sentences.at(-1)).toMatch(/\(in part SIMULATED\)\.$/)
  expect(answer?.chart?.summary).toMatch(/SIMULATED in this report: the RTX 4090\.$/)
  const [, live] = reportOf([run('rtx-4090', 1, 'simulated'), run('rtx-4090', 32, 'live')]).answer!.sentences
  expect(live).not.toContain('SIMULATED')
})

test('where all is simulated or all is live no figure repeats it', () => {
  for (const source of ['simulated', 'live'] as const) {
    const report = reportOf(cards.map((card) => run(card, 8, source)))
    const page = renderHtml(report)
    const screen = page.slice(page.indexOf('id="answer"'), page.indexOf('class="chapter"'))
    expect(screen).not.toMatch(/SIMULATED|title="simulated"/)
    expect(report.answer?.sentences.join()).not.toContain('SIMULATED')
  }
})
