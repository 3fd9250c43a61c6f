import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { bundledNames, bundledScenarios, findScenario } from './find-scenario.ts'
import { loadScenarios } from './load-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'bundled-'))
for (const name of ['llama-batch32', 'llama-single', 'regression']) writeFileSync(join(folder, `${name}.yaml`), '')
writeFileSync(join(folder, 'README.md'), '')
const own = mkdtempSync(join(tmpdir(), 'own-'))

describe('a bundled scenario', () => {
  test.each(['llama-single', 'llama-single.yaml'])('is found by its name: %s', async (name) => {
    expect(await findScenario(name, folder)).toBe(join(folder, 'llama-single.yaml'))
  })

  test('gives way to a file that is there', async () => {
    const path = join(own, 'llama-single.yaml')
    writeFileSync(path, '')
    expect(await findScenario(path, folder)).toBe(path)
  })

  test('is found although the working folder holds a folder of its name', async () => {
    // tests run in the root of the project, which holds a folder of this name
    writeFileSync(join(folder, 'harness.yaml'), '')
    expect(await findScenario('harness', folder)).toBe(join(folder, 'harness.yaml'))
    rmSync(join(folder, 'harness.yaml'))
    expect(await findScenario('harness', folder)).toBe('harness')
  })

  test('is named when something near it was typed, by name or by path', async () => {
    const wrong = ['llama-batch23', 'scenarios/llama-batch23.yaml']
    for (const asked of wrong) {
      await expect(findScenario(asked, folder)).rejects.toThrow(`${asked}: no such file; did you mean "llama-batch32"?`)
    }
    await expect(findScenario('zzz', folder)).rejects.toMatchObject({
      message: 'zzz: no such file; scenario files are in scenarios/',
      code: 'bad-input',
    })
  })
})

test('those that come with joulemark are listed and can be read by name', async () => {
  expect(await bundledNames(folder)).toEqual(['llama-batch32', 'llama-single', 'regression'])
  const names = await bundledNames()
  expect(names).toContain('article')
  const [file] = await loadScenarios(['llama-3.1-8b-fp8-batch32'], catalogueNames)
  const [same] = await loadScenarios([join(bundledScenarios, 'llama-3.1-8b-fp8-batch32.yaml')], catalogueNames)
  expect(file).toEqual(same)
  expect((await loadScenarios(['article'], catalogueNames)).length).toBeGreaterThan(5)
})
