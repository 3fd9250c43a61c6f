import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { writeLiveRun } from '../../harness/testing/live-record.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { chromiumHere } from '../../reports/testing/in-browser.ts'
import { newKey } from '../actions/key.ts'
import { quote } from '../actions/quote.ts'
import { pagesOf } from './pdf-pages.ts'

/** The PDF that Chromium prints of a quote. Skipped where there is no Chromium. */
const folder = mkdtempSync(join(tmpdir(), 'joulemark-quote-pdf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hasPdfText = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((place) => place !== '' && readdirSafely(place).includes('pdftotext'))

function readdirSafely(place: string): string[] {
  try {
    return readdirSync(place)
  } catch {
    return []
  }
}

describe.skipIf(chromiumHere === undefined)('the PDF of a quote', () => {
  const own = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder }
  const env = { ...process.env, ...own, JOULEMARK_KEY: '', JOULEMARK_CHROMIUM: chromiumHere }
  const out = join(folder, 'out')
  beforeAll(async () => {
    await newKey({}, saidIo({ env }).io)
    const { directory } = await writeLiveRun(join(folder, 'runs'), { key: loadKey(env) })
    const inputs = join(folder, 'inputs.yaml')
    writeFileSync(
      inputs,
      'seller: { name: Seller Ltd }\npricePerMonth: 733.10\nbox: { capexGbp: 14517.39 }\nmarginShareOfPrice: 23.71%\n',
    )
    const { io, said } = saidIo({ env })
    expect(await quote([directory], { customer: 'ACME', inputs, number: 'Q1', out, pdf: true }, io)).toBe(0)
    expect(said.stderr).toContain(`wrote ${join(out, 'quote-Q1.pdf')}\n`)
    await quote([directory], { customer: 'ACME', number: 'Q2', out, pdf: true }, io)
  })

  test('has two pages at most, and the structure that a screen reader needs', () => {
    const pdf = readFileSync(join(out, 'quote-Q1.pdf'))
    expect([1, 2]).toContain(pagesOf(pdf))
    expect(pdf.toString('latin1')).toMatch(/\/MarkInfo\s*<<\s*\/Type\s*\/MarkInfo\s*\/Marked true|\/Marked true/)
  })

  test.skipIf(!hasPdfText)('contains the price and no cost; a draft says so on every page, and has no price', () => {
    const textOf = (number: string) => execFileSync('pdftotext', ['-raw', join(out, number), '-'], { encoding: 'utf8' })
    const text = textOf('quote-Q1.pdf')
    expect(text).toContain('£733.10')
    expect(text).not.toMatch(/14,?517|23\.71|403\.26|DRAFT|INTERNAL/)
    const draft = textOf('quote-Q2-DRAFT.pdf')
    for (const page of draft.split('\f').slice(0, -1)) expect(page).toContain('DRAFT')
    // no price is stated, and the cost is not shown in its place
    expect(draft).not.toContain('£')
  })
})
