import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { roomTables } from './architecture-page.ts'
import { withBlock } from './generated-block.ts'
import { forTests, rooms, simulator } from './rooms.ts'

const page = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8')

test('docs/architecture.md has the table of rooms that the architecture test checks (npm run docs writes it)', () => {
  expect(withBlock(page, 'rooms', roomTables())).toBe(page)
})

test('every room is a row, from what a person types down to the clock', () => {
  const places = [...rooms.toReversed(), simulator, ...forTests].map(({ paths }) => page.indexOf(`| \`${paths[0]}\``))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places[0]).toBeGreaterThan(0)
})

test('a room that may import less than the rows below says so', () => {
  const row = (path: string) => page.split('\n').find((line) => line.startsWith(`| \`${path}\``))
  expect(row('reports')).toContain('but not `harness/telemetry`')
  expect(row('harness/simulator')).toContain('| `harness/physics`, ')
  expect(row('harness/units')).toMatch(/\| nothing else \|$/)
})
