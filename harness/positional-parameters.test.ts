import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const MAX = 4
/** Rooms that touch the world: their functions take what they need by name. */
const rooms = ['harness/run', 'harness/load', 'harness/workloads', 'harness/endpoint', 'harness/telemetry']

const sources = rooms
  .flatMap((room) => readdirSync(join(root, room), { recursive: true }).map((name) => join(room, String(name))))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('.test.ts'))

/** Where functions, methods and constructors of a text have more parameters than allowed, as `file:line: count`. */
function tooMany(file: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, params, start } = node as { type?: string; params?: readonly unknown[]; start?: number }
    if (/Function/.test(type ?? '') && Array.isArray(params) && params.length > MAX) {
      found.push(`${file}:${text.slice(0, start).split('\n').length}: ${params.length} positional parameters`)
    }
    for (const inner of Object.values(node)) visit(inner)
  }
  visit(parseSync(file, text).program)
  return found
}

test('the counter sees functions, arrows, methods and constructors', () => {
  const list = 'a: 1, b: 2, c: 3, d: 4, e: 5'
  const text = `function f(${list}) {}\nconst g = (${list}) => {}\nclass C {\n  constructor(${list}) {}\n  m(${list}) {}\n}`
  expect(tooMany('x.ts', text).map((line) => line.split(':')[1])).toEqual(['1', '2', '4', '5'])
  expect(tooMany('x.ts', 'function f(a: 1, b: 2, c: 3, d: 4) {}')).toEqual([])
})

test(`no function has more than ${MAX} positional parameters: one object names them`, () => {
  expect(sources.length).toBeGreaterThan(50)
  expect(sources.flatMap((file) => tooMany(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
})
