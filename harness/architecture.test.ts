import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { forTests } from '../scripts/docs/rooms/for-tests.ts'
import { reportsMayNotImport, rooms, simulator } from '../scripts/docs/rooms/rooms.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The files and folders of each row; what a file may import stands in scripts/docs/rooms. */
const ranks = rooms.map(({ paths }) => paths)
const simulatorMayImport = [...simulator.paths, ...simulator.mayImport]
const roomsForTests = forTests.flatMap(({ paths }) => paths)

const files = ['harness', 'reports', 'scripts']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
const isIn = (file: string, room: string) => file === `${room}.ts` || file.startsWith(`${room}/`)
const isTest = (file: string) => file.endsWith('.test.ts')
const isForTests = (file: string) => isTest(file) || roomsForTests.some((room) => isIn(file, room))
const product = files.filter((file) => !isForTests(file))

/** The files of the project that a file imports, types included, by a parser: `import`, `export from`, `import()`. */
const importsOf = new Map(files.map((file) => [file, parsedImports(file)]))
function parsedImports(file: string): string[] {
  const { module, errors } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const source = readFileSync(join(root, file), 'utf8')
  const specifiers = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...module.staticExports.flatMap((each) => each.entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
    ...module.dynamicImports.flatMap(({ moduleRequest }) => {
      const text = source.slice(moduleRequest.start, moduleRequest.end)
      return /^'.*'$/.test(text) ? [text.slice(1, -1)] : []
    }),
  ]
  return [...new Set(specifiers)]
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, resolve(root, dirname(file), specifier)))
}
/** `from -> to` for each import of these files that `isStray` names. */
const strays = (from: readonly string[], isStray: (target: string, file: string) => boolean): string[] =>
  from.flatMap((file) =>
    importsOf
      .get(file)!
      .filter((target) => isStray(target, file))
      .map((target) => `${file} -> ${target}`),
  )
const rankOf = (file: string) => ranks.findIndex((rooms) => rooms.some((room) => isIn(file, room)))
const isSimulator = (file: string) => isIn(file, 'harness/simulator')

test('the parser sees the imports: a file that is known to have them', () => {
  expect(importsOf.get('scripts/command-line.ts')!.length).toBeGreaterThan(3)
  expect(importsOf.get('harness/architecture.test.ts')).toEqual([
    'scripts/docs/rooms/for-tests.ts',
    'scripts/docs/rooms/rooms.ts',
  ])
})

test('every source file has a room', () => {
  expect(product.filter((file) => rankOf(file) < 0 && !isSimulator(file))).toEqual([])
})

test('the table of rooms names what is there, every folder and no other', () => {
  const named = [...rooms, simulator, ...forTests].flatMap(({ paths, folders = {} }) => [
    ...paths.filter((path) => !files.includes(`${path}.ts`)),
    ...Object.keys(folders).map((folder) => `${paths[0]}/${folder}`),
  ])
  const there = new Set(files.map((file) => dirname(file)))
  there.delete('harness')
  expect(named.toSorted()).toEqual([...there].toSorted())
})

test('imports go down, never up', () => {
  const ours = product.filter((file) => !isSimulator(file))
  expect(strays(ours, (target, file) => rankOf(target) > rankOf(file))).toEqual([])
})

test('reports see nothing that touches the world', () => {
  const reports = product.filter((file) => isIn(file, 'reports'))
  expect(strays(reports, (target) => reportsMayNotImport.some((room) => isIn(target, room)))).toEqual([])
})

test('the simulator knows physics and the catalogue only, and only scripts start it', () => {
  const out = strays(product.filter(isSimulator), (target) => !simulatorMayImport.some((room) => isIn(target, room)))
  const others = product.filter((file) => !isSimulator(file) && !isIn(file, 'scripts'))
  expect([...out, ...strays(others, isSimulator)]).toEqual([])
})

describe('what is for tests', () => {
  test('the product imports none of it', () => {
    expect(strays(product, isForTests)).toEqual([])
  })

  test('tests take ground truth from testing/, never from a benchmark', () => {
    const notBench = files.filter((file) => isForTests(file) && !isIn(file, 'harness/bench'))
    expect(strays(notBench, (target) => isIn(target, 'harness/bench'))).toEqual([])
  })

  test('builders are no tests, and tests of the harness build records without reports', () => {
    expect(strays(files, isTest)).toEqual([])
    // a benchmark may measure any part of the product, such as the reader of claims
    const inHarness = files.filter((file) => isForTests(file) && isIn(file, 'harness') && !isIn(file, 'harness/bench'))
    expect(strays(inHarness, (target) => isIn(target, 'reports'))).toEqual([])
  })
})

test('no import goes in a circle', () => {
  const state = new Map<string, 'open' | 'closed'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'closed') return
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of importsOf.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'closed')
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('no room has more files than a person can hold in mind', () => {
  const rooms = Map.groupBy(product, (file) => dirname(file))
  const full = [...rooms]
    .filter(([, inside]) => inside.length > 20)
    .map(([room, inside]) => `${room}: ${inside.length}`)
  expect(full).toEqual([])
})

test('no file of the project names a folder of the machine it was written on', () => {
  const leaks = files.filter(
    (file) => !isTest(file) && /(^|[^\w.])\/(work|farm)\//.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(leaks).toEqual([])
})
