import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { gateById } from '../../../harness/gates/table.ts'
import { inRepository } from '../pages.ts'

const root = fileURLToPath(inRepository('.'))
const page = readFileSync(inRepository('docs/troubleshooting.md'), 'utf8')
/** Where a message can be written: the product, the scripts that start it, and not its tests. */
const sources = globSync('{harness,reports,scripts}/**/*.{ts,cjs}', { cwd: root })
  .filter((file) => !/\.test\.ts$|\/testing\/|^harness\/bench\/|^scripts\/docs\//.test(file))
  .map((file) => readFileSync(join(root, file), 'utf8').replaceAll(/\\(['/])/g, '$1'))

/** The sections of the page, and the first cells of their tables. */
const cells = page
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const [title = '', ...lines] = section.split('\n')
    return lines
      .filter((line) => /^\| (?!you see|gate)/.test(line))
      .map((line) => ({ title, cell: line.split(' | ')[0] ?? '' }))
  })

/** What other programs print, and what is a command here: not a message of ours. */
const OF_OTHERS = ['EBADENGINE', 'joulemark list', 'verify', 'docker', 'live-source']

const quoted = cells
  .filter(({ title }) => !title.includes('a gate says no'))
  .flatMap(({ cell }) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message!))
  .filter((message) => !OF_OTHERS.includes(message))

test('there are messages to check', () => {
  expect(quoted.length).toBeGreaterThan(40)
})

test.each([...new Set(quoted)])('`%s` is still a message', (message) => {
  const parts = message.split('…').map((part) => part.trim())
  expect(sources.some((text) => parts.every((part) => text.includes(part)))).toBe(true)
})

test('every gate that the page names is one', () => {
  const gates = cells
    .filter(({ title }) => title.includes('a gate says no'))
    .map(({ cell }) => /`([^`]+)`/.exec(cell)?.[1] ?? cell)
  expect(gates.length).toBeGreaterThan(5)
  expect(gates.filter((id) => gateById(id) === null)).toEqual([])
})
