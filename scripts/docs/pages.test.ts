import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { gateEntries } from '../../harness/gates/table.ts'
import { failsAbove } from '../../harness/gates/threshold.ts'
import { thresholdText } from '../learn/threshold-text.ts'
import { gatesPage } from './gates-page.ts'
import { inRepository, pages } from './pages.ts'

test.each(pages)('$file matches the code (npm run docs writes it)', async ({ file, text }) => {
  expect(await readFile(inRepository(file), 'utf8')).toBe(await text())
})

test('every gate has a row that links to its section, and every sentence ends', () => {
  const page = gatesPage()
  for (const [id, gate] of gateEntries) {
    expect(page).toContain(`| [${id}](#${id}) | ${gate.question} |`)
    expect(page).toContain(`\n## ${id}\n`)
    expect(gate.question, id).toMatch(/^[A-Z].*\?$/)
    for (const sentence of [gate.formula, gate.evidence, gate.usualCauses, gate.whatToDo])
      expect(sentence, id).toMatch(/^[`A-Zn].*\.$/)
  }
})

test('a cell of the table cannot break the table', () => {
  const cells = gateEntries.flatMap(([, gate]) => [
    gate.question,
    gate.whatToDo,
    ...Object.values(gate.thresholds).map(thresholdText),
  ])
  expect(cells.filter((cell) => /[|\n]/.test(cell))).toEqual([])
})

test('a threshold is shown with its unit, its side and the field that replaces it', () => {
  const threshold = failsAbove({ what: 'share of failed requests', value: 0.001, unit: 'share', setBy: 'maxErrorRate' })
  expect(thresholdText(threshold)).toBe(
    'share of failed requests: fails above 0.1 %, unless the scenario sets `maxErrorRate`',
  )
})
