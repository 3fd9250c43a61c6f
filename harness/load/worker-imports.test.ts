import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a file loads at its start: our files, packages, and modules of Node. What it imports later, and types, are not in it. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded
  loaded.add(file)
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const imported = module.staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map(({ moduleRequest }) => moduleRequest.value)
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) => (moduleRequest && !isType ? [moduleRequest.value] : [])),
  )
  for (const name of [...imported, ...exported]) {
    if (name.startsWith('.')) loadedBy(normalize(join(dirname(file), name)), loaded)
    else loaded.add(name)
  }
  return loaded
}

test('a load worker loads neither schemas nor the openai package: a run starts several, each time anew', () => {
  const loaded = loadedBy('harness/load/worker.ts')
  expect([...loaded]).toContain('harness/load/closed-loop.ts')
  expect([...loaded].filter((name) => ['zod', 'openai'].includes(name))).toEqual([])
})

test('the simulated nvidia-smi loads no HTTP client: a run starts it a dozen times', () => {
  const loaded = loadedBy('harness/simulator/nvidia-smi.ts')
  expect([...loaded]).toContain('node:net')
  expect([...loaded].filter((name) => /^node:http|^undici/.test(name))).toEqual([])
})
