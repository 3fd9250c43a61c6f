import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeRun } from '../harness/testing/record-builder.ts'
import { buildReport } from './build.ts'

/** The audit of published tables is ours: a page that a customer may get has none of it unless it was asked for. */

const root = fileURLToPath(new URL('..', import.meta.url))

/** Every module that these need, themselves included. */
function neededBy(entries: readonly string[]): string[] {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file) || !existsSync(join(root, file))) return
    found.add(file)
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, path] of source.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g))
      visit(relative(root, resolve(root, dirname(file), path as string)))
  }
  for (const entry of entries) visit(entry)
  return [...found]
}

test.each([
  ['a quote', ['scripts/actions/quote.ts', 'reports/quote/customer/page.ts', 'reports/quote/internal/page.ts']],
  ['the page of a server', ['reports/box/page/page.ts', 'reports/box/result/box-result.ts']],
  ['a burn-in certificate', ['reports/box/soak/soak-page.ts']],
  ['a comparison of a fleet', ['reports/fleet/formats/page.ts', 'reports/fleet/standing/standing-json.ts']],
  ['a comparison before and after', ['reports/compare/report.ts', 'reports/compare/json.ts']],
])('%s needs no module of the audit', (_, entries) => {
  for (const entry of entries) expect(existsSync(join(root, entry))).toBe(true)
  expect(neededBy(entries).filter((file) => /^reports\/(claims\/|comparison\/(audit|fit-claims))/.test(file))).toEqual(
    [],
  )
})

test('the search finds the audit where it is', () => {
  expect(neededBy(['scripts/actions/report.ts'])).toContain('reports/comparison/audit.ts')
})

test('a report, and that of a bundle, has none of it without --claims', () => {
  const report = buildReport([makeRun({ card: 'rtx-4090' }), makeRun({ card: 'rtx-pro-6000-max-q' })])
  expect(readFileSync(join(root, 'scripts/actions/bundle.ts'), 'utf8')).not.toMatch(/claims/)
  expect(report.tables.length).toBeGreaterThan(3)
  expect(report.tables.map(({ id }) => id).filter((id) => id.startsWith('audit') || id.includes('claim'))).toEqual([])
})
