import { expect, test } from 'vitest'
import { roomTables } from './architecture-page.ts'
import { forTests } from './rooms/for-tests.ts'
import { rooms, simulator } from './rooms/rooms.ts'

const page = roomTables()

test('every room is a row, from what a person types down to the clock', () => {
  const places = [...rooms.toReversed(), simulator, ...forTests].map(({ paths }) => page.indexOf(`| \`${paths[0]}\``))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
})

test('a room that may import less than the rows below lists it', () => {
  const row = (path: string) => page.split('\n').find((line) => line.startsWith(`| \`${path}\``))
  expect(row('reports')).toContain('but not `harness/telemetry`')
  expect(row('harness/simulator')).toContain('| `harness/physics`, ')
  expect(row('harness/units')).toMatch(/\| nothing else \|$/)
})
