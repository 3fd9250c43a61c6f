import { expect, test } from 'vitest'
import { entryName, placed } from './places.ts'

test('a module that is started moves into the folder of the code, a file stays where it is in the package', () => {
  const code = [
    "new Worker(new URL('./worker.ts', import.meta.url))",
    "readFile(new URL('../plan/prompts/alice.txt', import.meta.url))",
    "fileURLToPath(new URL('../../scenarios/', import.meta.url))",
    "fileURLToPath(new URL('../../', import.meta.url))",
  ].join('\n')
  expect(placed('harness/load/driver.ts', code)).toEqual({
    code: [
      "new Worker(new URL('./harness.load.worker.js', import.meta.url))",
      "readFile(new URL('../harness/plan/prompts/alice.txt', import.meta.url))",
      "fileURLToPath(new URL('../scenarios/', import.meta.url))",
      "fileURLToPath(new URL('../', import.meta.url))",
    ].join('\n'),
    modules: ['harness/load/worker.ts'],
    files: ['harness/plan/prompts/alice.txt', 'scenarios/', './'],
  })
})

test('a place over several lines is found', () => {
  const code = "new URL(\n  '../simulator/process.ts',\n  import.meta.url,\n)"
  expect(placed('harness/box/a.ts', code).modules).toEqual(['harness/simulator/process.ts'])
})

test.each(['import.meta.dirname', 'fileURLToPath(import.meta.url)', 'new URL(name, import.meta.url)'])(
  '%s has no known place: the package is not made',
  (code) => {
    expect(() => placed('harness/a.ts', code)).toThrow('harness/a.ts: only new URL(')
  },
)

test('tsx is asked for where sources run only', () => {
  expect(placed('harness/a.ts', "['--import', import.meta.resolve('tsx')]").modules).toEqual([])
})

test('entries of one name in two folders stay apart', () => {
  expect(entryName('harness/simulator/process.ts')).toBe('harness.simulator.process')
  expect(entryName('harness/simulator/box/process.ts')).toBe('harness.simulator.box.process')
})
