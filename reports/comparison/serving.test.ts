import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { renderCsv } from '../render/csv.ts'
import { renderHtml } from '../render/html/page.ts'
import { renderJson } from '../render/json.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { displayWidth } from '../render/plain-text.ts'
import { reportJsonSchema } from '../render/report-schema.ts'
import { renderTerminal } from '../render/terminal.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { type ServingExample, servingTable } from './serving.ts'

const image = { kind: 'image', image: { steps: 20, guidance: 5 } } as const
const selection = selectRuns(
  [
    makeRun({ card: 'rtx-4090' }),
    makeRun({ card: 'rtx-pro-6000-max-q', source: 'simulated' }),
    makeRun({ card: 'rtx-4090', scenario: 'sdxl', title: 'SDXL', model: 'sdxl', work: image }),
  ],
  makeFacts(),
)
const lines = ['docker run --rm \\', '  --model ```evil\u001b[31m`` \\', "  --note '<b>|x'"]
const table = (over: Partial<Extract<ServingExample, { refusal: unknown }>> = {}) =>
  servingTable(selection, () => ({ lines, corrections: [], refusal: null, ...over }))!
const report = (over = {}) => ({
  ...{ title: 'Serving', tables: [table(over)], sources: [], money: null, simulated: false },
})

test('a row for each text scenario and card; nothing of it was measured, so nothing is stamped', () => {
  const asked: string[] = []
  const made = servingTable(selection, (scenario, card) => {
    asked.push(`${scenario.name} ${card}`)
    return card === 'rtx-4090' ? { reason: 'no such model' } : { lines, corrections: ['left out'], refusal: 'too big' }
  })!
  expect(asked).toEqual(['llama-3.1-8b-fp8-batch32 rtx-4090', 'llama-3.1-8b-fp8-batch32 rtx-pro-6000-max-q'])
  expect(made.simulated).toBe(false)
  expect(made.rows.map(({ cells }) => cells.slice(3))).toEqual([
    [
      { kind: 'text', text: 'unknown' },
      { kind: 'missing', reason: 'RTX 4090: no such model' },
    ],
    [
      { kind: 'text', text: 'cannot work: too big', tone: 'bad', detail: 'left out' },
      { kind: 'code', lines },
    ],
  ])
})

test('images alone have nothing that vLLM serves', () => {
  const alone = selectRuns([makeRun({ card: 'rtx-4090', work: image })], makeFacts())
  expect(servingTable(alone, () => ({ reason: 'x' }))).toBeNull()
})

test('the terminal keeps the lines as they are copied', () => {
  const text = renderTerminal(report({ corrections: ['a', 'b'] }))
  expect(text).toContain("docker run --rm \\\n  --model ```evil`` \\\n  --note '<b>|x'\n")
  expect(text).toContain('RTX 4090 and RTX PRO 6000 Max-Q\n  Workload: Llama 3.1 8B FP8 batch 32 agg\n')
  expect(text).toContain('Verdict: should start, with remarks, a; b')
  const narrow = renderTerminal(report(), { columns: 40 }).split('\n')
  expect(Math.max(...narrow.map(displayWidth))).toBeLessThanOrEqual(40)
})

test('Markdown fences them so that nothing in them ends the fence', () => {
  const text = renderMarkdown(report())
  expect(text).toContain("````sh\ndocker run --rm \\\n  --model ```evil`` \\\n  --note '<b>|x'\n````")
  expect(text).toContain('### RTX 4090 and RTX PRO 6000 Max-Q: Llama 3.1 8B FP8 batch 32 agg')
})

test('HTML has them as text, CSV as one line, JSON by lines', () => {
  const html = renderHtml(report())
  expect(html).toContain(
    '<pre tabindex="0"><code>docker run --rm \\\n  --model ```evil`` \\\n  --note &#39;&lt;b&gt;|x&#39;</code></pre>',
  )
  expect(renderCsv(report())[0]!.text).toContain("docker run --rm --model ```evil`` --note '<b>|x'")
  const document = JSON.parse(renderJson(report()))
  expect(reportJsonSchema.safeParse(document).error).toBeUndefined()
  expect(document.tables[0].rows[0].cells[4].lines).toHaveLength(3)
})
