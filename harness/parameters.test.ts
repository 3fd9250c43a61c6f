import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Node, parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

/** More than this many arguments in a row, and nobody can say at the call which is which: an object names them. */
const MOST = 4

const root = fileURLToPath(new URL('..', import.meta.url))
const forTests = /\.test\.ts$|^harness\/(testing|bench)\/|^reports\/testing\//
const product = ['harness', 'reports', 'scripts']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !forTests.test(file))

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** `line: count` of each function, method and function type of a source that takes more than four parameters. */
function tooMany(name: string, source: string): string[] {
  const found: string[] = []
  const visit = (node: Node) => {
    if ('params' in node && Array.isArray(node.params) && node.params.length > MOST) {
      found.push(`${name}:${source.slice(0, node.start).split('\n').length}: ${node.params.length} parameters`)
    }
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child)
    }
  }
  visit(parseSync(name, source).program)
  return found
}

test('the parser finds them in functions, methods, arrows and types, and counts an object as one', () => {
  const five = '(a: 1, b: 1, c: 1, d: 1, e: 1)'
  const source = `
    function f${five} {}
    class K { constructor${five} {} ; m${five} {} }
    const arrow = ${five} => 1
    type T = ${five} => void
    interface I { m${five}: void }
    const fine = (a: 1, b: 1, c: 1, { d, e }: { d: 1; e: 1 }) => d + e`
  expect(tooMany('x.ts', source)).toHaveLength(6)
})

test(`no function of the product has more than ${MOST} positional parameters`, () => {
  const found = product.flatMap((file) => tooMany(file, readFileSync(join(root, file), 'utf8')))
  expect(found).toEqual([])
})
