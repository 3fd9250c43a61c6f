import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { makeRun } from '../../harness/testing/record-builder.ts'
import { buildReport } from '../build.ts'
import { parseClaims } from '../claims/file/parse.ts'
import { makeHostileReport, makeReport } from '../testing/report-builder.ts'
import { defuse } from './csv.ts'
import { displayWidth } from './plain-text.ts'
import { formats, renderers } from './renderers.ts'
import { reportJsonSchema } from './report-schema.ts'
import { renderTerminal } from './terminal.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', name)
const csvOf = (id: string) => renderers.csv(makeReport()).find((file) => file.name === `${id}.csv`)!.text

test('Markdown is the golden one', async () => {
  await expect(renderers.md(makeReport())[0]!.text).toMatchFileSnapshot(golden('report.md'))
})

test('CSV is the golden one', async () => {
  await expect(csvOf('throughput')).toMatchFileSnapshot(golden('throughput.csv'))
})

const tabular = formats.filter((format) => format !== 'vllm')

test.each(tabular)('%s says SIMULATED', async (format) => {
  const files = await renderers[format](makeReport())
  expect(files.length).toBeGreaterThan(0)
  for (const { name, text } of files) expect(text, name).toContain('SIMULATED')
})

test.each(formats)('%s of a live report does not', async (format) => {
  for (const { name, text } of await renderers[format](makeHostileReport('x')))
    expect(text, name).not.toContain('SIMULATED')
})

describe('terminal', () => {
  test.each([100, 80, 60, 40])('keeps within %i columns', (columns) => {
    const lines = renderTerminal(makeReport(), { columns }).split('\n')
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns)
  })

  test('is plain without colour and coloured by meaning with it', () => {
    expect(renderTerminal(makeReport())).not.toContain('\u001b')
    expect(renderTerminal(makeReport(), { color: true })).toContain('\u001b[31m')
  })

  test('title lines of tables with a simulated number say so', () => {
    const lines = renderTerminal(makeReport()).split('\n')
    expect(lines).toContain('Throughput by workload SIMULATED')
    expect(lines).toContain('Power and cost per token SIMULATED')
  })
})

describe('hostile text', () => {
  const attack = '\u001b[2J\u001b]8;;http://evil\u0007\u009b31mname\u202egnp'

  test.each(tabular)('no control character or reading direction gets through %s', async (format) => {
    for (const { text } of await renderers[format](makeHostileReport(attack))) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the point
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      expect(text).toContain('name')
    }
  })

  test('Markdown lets nobody break out of a cell, link, embed or write HTML', () => {
    const text = renderers.md(makeHostileReport('a|b\nc ![x](http://evil) <script> `d` # e'))[0]!.text
    expect(text).toContain('| a\\|b c \\!\\[x\\](http://evil) &lt;script&gt; \\`d\\` \\# e | — (1) |')
  })

  test('CSV runs no formula, whatever stands before it', () => {
    const evil = ['=HYPERLINK("http://evil")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1']
    for (const value of evil) expect(defuse(value)).toMatch(/^'/)
    for (const value of ['-5', '+1.5e3', 'RTX 4090', '']) expect(defuse(value)).toBe(value)
    expect(defuse(-5)).toBe('-5')
    const rows = parse(renderers.csv(makeHostileReport('=1,"a"\n'))[0]!.text) as string[][]
    expect(rows[1]![0]).toBe('\'=1,"a" ')
  })

  test('CSV of an untroubled table reads back as numbers', () => {
    const [row] = parse(csvOf('throughput'), { columns: true }) as Record<string, string>[]
    expect(row).toMatchObject({
      'RTX 4090': '100',
      'RTX 4090 unit': 'tokens/s',
      'RTX 4090 95 % low': '98',
      Source: 'SIMULATED',
    })
  })
})

test('JSON keeps to its schema, and so does that of a whole report with an audit', () => {
  const claims = parseClaims(article, 'article.json')
  const whole = buildReport([makeRun({ card: 'rtx-4090', result: { outputTokensPerS: [1100, 1090, 1110] } })], {
    claims,
  })
  for (const report of [makeReport(), makeHostileReport('x'), whole]) {
    expect(reportJsonSchema.safeParse(JSON.parse(renderers.json(report)[0]!.text)).error).toBeUndefined()
  }
})

test('JSON holds unrounded values and the stamp', () => {
  const document = JSON.parse(renderers.json(makeReport())[0]!.text)
  expect(document).toMatchObject({ format: 'joulemark-report', version: 1, simulated: true, stamp: 'SIMULATED' })
  const perTps = document.tables[1].rows.find((row: { id: string }) => row.id === 'gbp-per-tps')
  expect(perTps.cells[2].valueGbp).toBe(8500 / 1380)
})
