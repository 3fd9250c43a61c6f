import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Rooms from the ground up: a file may import from its own rank's room and from those below it, never from above. */
const ranks: readonly (readonly string[])[] = [
  ['harness/units', 'harness/clock', 'harness/errors', 'harness/plain-text'],
  ['harness/catalogue'],
  ['harness/physics', 'harness/scenario'],
  ['harness/record'],
  ['harness/metrics', 'harness/plan'],
  ['harness/evidence'],
  ['harness/endpoint', 'harness/telemetry'],
  ['harness/load', 'harness/workloads'],
  [
    'harness/progress',
    'harness/run-options',
    'harness/prepare',
    'harness/cool-down',
    'harness/live-meter',
    'harness/measure',
    'harness/run',
    'harness/run-file',
  ],
  ['reports'],
  ['scripts'],
]
/** The stand-in is reached over HTTP and exec only: nothing but scripts and tests may start it, and it knows only this. */
const simulatorMayImport = [
  'harness/simulator',
  'harness/physics',
  'harness/catalogue',
  'harness/units',
  'harness/clock',
  'harness/errors',
]
const reportsMayImport = [
  'reports',
  'harness/record',
  'harness/evidence',
  'harness/metrics',
  'harness/physics',
  'harness/catalogue',
  'harness/units',
  'harness/errors',
]

const isTest = (file: string) => /\.test\.ts$|^harness\/testing\/|^reports\/testing\/|^harness\/bench\//.test(file)
const sources = ['harness', 'reports', 'scripts']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !isTest(file))

const imports = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map((match) =>
    relative(root, resolve(root, dirname(file), match[1] as string)),
  )
const isIn = (file: string, room: string) => file === `${room}.ts` || file.startsWith(`${room}/`)
const rankOf = (file: string) => ranks.findIndex((rooms) => rooms.some((room) => isIn(file, room)))

test('every source file has a room', () => {
  expect(sources.filter((file) => rankOf(file) < 0 && !isIn(file, 'harness/simulator'))).toEqual([])
})

test('imports go down, never up', () => {
  const uphill = sources
    .filter((file) => !isIn(file, 'harness/simulator'))
    .flatMap((file) =>
      imports(file)
        .filter((target) => rankOf(target) > rankOf(file))
        .map((target) => `${file} -> ${target}`),
    )
  expect(uphill).toEqual([])
})

test('reports see records, metrics, physics and the catalogue, and nothing that touches the world', () => {
  const strays = sources
    .filter((file) => isIn(file, 'reports'))
    .flatMap((file) =>
      imports(file)
        .filter((target) => !reportsMayImport.some((room) => isIn(target, room)))
        .map((target) => `${file} -> ${target}`),
    )
  expect(strays).toEqual([])
})

test('the simulator knows physics and the catalogue only, and only scripts start it', () => {
  const out = sources
    .filter((file) => isIn(file, 'harness/simulator'))
    .flatMap((file) =>
      imports(file)
        .filter((target) => !simulatorMayImport.some((room) => isIn(target, room)))
        .map((target) => `${file} -> ${target}`),
    )
  const into = sources
    .filter((file) => !isIn(file, 'harness/simulator') && !isIn(file, 'scripts'))
    .flatMap((file) =>
      imports(file)
        .filter((target) => isIn(target, 'harness/simulator'))
        .map((target) => `${file} -> ${target}`),
    )
  expect([...out, ...into]).toEqual([])
})

test('no import goes in a circle', () => {
  const graph = new Map(sources.map((file) => [file, imports(file)]))
  const state = new Map<string, 'open' | 'closed'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'closed') return
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of graph.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'closed')
  }
  for (const file of sources) visit(file, [])
  expect(circles).toEqual([])
})

test('no file of the project names a folder of the machine it was written on', () => {
  const leaks = sources.filter((file) => /(^|[^\w.])\/(work|farm)\//.test(readFileSync(join(root, file), 'utf8')))
  expect(leaks).toEqual([])
})
