import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { cardTimeOfAll } from '../../harness/plan/card-time.ts'
import { suiteJsonSchema } from '../../harness/scenario/json-schema.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { scenarioNames, scenarioTables } from './scenario-table.ts'

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const known = catalogueNames
const { suites, scenarios } = await scenarioNames(folder)
const load = (name: string) => loadScenarios([join(folder, name)], known)

describe('every file of scenarios/', () => {
  test.each(scenarios)('%s is a scenario of its own name', async (name) => {
    const [file, ...others] = await load(name)
    expect(file?.name).toBe(name.replace(/\.yaml$/, ''))
    expect(others).toEqual([])
  })

  test.each([...suites, ...scenarios])('%s opens with what it stands for and what it does not show', async (name) => {
    const [first, second] = (await readFile(join(folder, name), 'utf8')).split('\n')
    expect(first).toMatch(/^# What it stands for: .{20}/)
    expect(second).toMatch(/^# What it does not show: .{10}/)
  })

  test.each(suites)('%s lists files that are there', async (name) => {
    expect((await load(name)).length).toBeGreaterThan(1)
  })

  test('no checkpoint that carries its own FP8 format is given a flag', async () => {
    const files = (await Promise.all(scenarios.map(load))).flat()
    const flagged = files.filter((file) => file.model.endsWith('fp8') && file.server?.quantization !== undefined)
    expect(flagged.map((file) => file.name)).toEqual([])
  })
})

test('the article suite has every row of its throughput table that joulemark can run', async () => {
  const names = (await load('article.yaml')).map((file) => file.name)
  const claims = JSON.parse(
    await readFile(new URL('../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json', import.meta.url), 'utf8'),
  ) as { tables: { throughput: { rows: { scenario?: string }[] } } }
  const expected = claims.tables.throughput.rows.map((row) => row.scenario)
  expect(expected).toHaveLength(10)
  expect(names).toEqual(expect.arrayContaining(expected))
})

test('provisioning takes less than 30 minutes of card time, whatever the number of trials', async () => {
  expect(cardTimeOfAll(await load('provisioning.yaml')).maxS).toBeLessThan(30 * 60)
})

test('the tables of the README and the schema of suites match the code (npm run schema writes them)', async () => {
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain(await scenarioTables(folder))
  expect(await readFile(join(folder, 'suite.schema.json'), 'utf8')).toBe(suiteJsonSchema())
})
