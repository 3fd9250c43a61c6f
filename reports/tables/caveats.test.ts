import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { buildReport } from '../build.ts'
import { renderCsv } from '../render/csv.ts'
import { renderJson } from '../render/json.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderTerminal } from '../render/terminal.ts'
import { caveatsOf } from './caveats.ts'

const result = { outputTokensPerS: 1100, meanPowerW: 360 }
const plain = makeRun({ card: 'rtx-pro-6000-max-q', result })
const loose = makeRun({ card: 'rtx-4090', result, scenarioFields: { maxErrorRate: 0.05 } })
const quick = makeRun({ card: 'rtx-4090', source: 'simulated', result, more: { quick: true } })

const QUICK = 'quick: trials and requests are shorter than the scenario asks for'
const LOOSE = /looser than usual: .*5 %, usually 0\.1 %/

test('a shortened run and a loosened limit say so, an ordinary run says nothing', () => {
  expect(caveatsOf(plain)).toEqual([])
  expect(caveatsOf(quick)).toEqual([QUICK])
  expect(caveatsOf(loose)).toEqual([expect.stringMatching(LOOSE)])
})

test('in every format they stand beside the figure that they are about', async () => {
  const report = buildReport([plain, loose], { tables: ['throughput'] })
  const [row] = report.tables[0]!.rows
  expect(row!.cells[1]).toMatchObject({ caveat: expect.stringMatching(LOOSE) })
  expect(row!.cells[2]).not.toHaveProperty('caveat')
  const texts = [renderTerminal(report), renderMarkdown(report), renderJson(report), renderCsv(report)[0]!.text]
  for (const text of texts) expect(text.replaceAll(/\s+/g, ' ')).toMatch(LOOSE)
  expect(renderMarkdown(report)).toMatch(/1,100.t\/s \(1\)/)
  const { renderHtml } = await import('../render/html/page.ts')
  expect(renderHtml(report)).toMatch(/looser than usual/)
})

test('what all runs have in common is said once per table, and a spreadsheet has it in every row', () => {
  const report = buildReport([quick, { ...quick, card: { ...quick.card, key: 'l40s' }, id: 'other' }], {
    tables: ['throughput'],
  })
  expect(report.tables[0]!.caveat).toBe(QUICK)
  const text = renderMarkdown(report)
  expect(text.match(/quick:/g)).toHaveLength(1)
  expect(text).toContain(`Every measured value: ${QUICK}.`)
  expect(renderCsv(report)[0]!.text).toContain(QUICK)
})
