import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { clientScript } from './client-bundle.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('the script is small, needs nothing from outside and writes text, never markup', () => {
  const script = clientScript()
  expect(script.length).toBeLessThan(16_000)
  expect(script).not.toMatch(
    /\b(import|require|fetch|XMLHttpRequest|eval|innerHTML|outerHTML|insertAdjacentHTML|process)\b/,
  )
  expect(script).not.toContain(root)
})

test('help and version load nothing large: no bundler, charts, client or schemas', () => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    if (!file.endsWith('.ts')) return
    const { module } = parseSync(file, readFileSync(file, 'utf8'))
    for (const { moduleRequest, entries } of module.staticImports) {
      const isTypes = entries.length > 0 && entries.every(({ isType }) => isType)
      if (isTypes) continue
      visit(moduleRequest.value.startsWith('.') ? join(dirname(file), moduleRequest.value) : moduleRequest.value)
    }
  }
  visit(join(root, 'scripts/command-line.ts'))
  expect(seen.has('@commander-js/extra-typings')).toBe(true)
  expect([...seen].filter((name) => /^(esbuild|echarts|openai|zod|csv-|yaml)/.test(name))).toEqual([])
  // The search is not blind: from the page it finds both.
  visit(join(root, 'reports/render/html/page.ts'))
  expect(seen.has('esbuild') && seen.has('echarts/core')).toBe(true)
})
