import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodes } from '../../../harness/errors.ts'
import { environmentTexts } from '../../learn/environment-texts.ts'
import { verdictTexts } from '../../learn/verdict-texts.ts'
import { exitCodesPage } from './code-pages.ts'
import { configFilePage, fleetFilePage, scenarioFilePage } from './file-pages.ts'
import { recordPage } from './record-page.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test.each([
  ['scenario file', scenarioFilePage],
  ['joulemark.yaml', configFilePage],
  ['FLEET.yaml', fleetFilePage],
  ['run.json', recordPage],
])('every key of the %s is described', (_name, page) => {
  const rows = page().match(/^\| `.*$/gm) ?? []
  expect(rows.length).toBeGreaterThan(20)
  expect(rows.filter((row) => / \| {2}\|$/.test(row))).toEqual([])
})

test('values of a trial stand under its kind, and percentiles once', () => {
  const page = recordPage()
  expect(page).toMatch(/^### kind: text\n\n\| key .*\n.*\n\| `trials\[\]\.promptTokens`/m)
  expect(page.match(/^\| `p99` \|/gm)).toHaveLength(1)
  expect(page).toMatch(/^\| `telemetry\.sampler\.events\[\]\.fromMs` .* \(with `kind: gap`\) \|$/m)
})

/** Read by what only a developer or the simulator runs. */
const forDevelopers = /\.test\.ts$|\/testing\/|^harness\/(bench|simulator)\/|^scripts\/package\//
const listed = Object.values(environmentTexts).flatMap((texts) => texts.flatMap(({ names }) => names))

test('every variable of the environment that the code reads is listed', () => {
  const sources = globSync('{harness,reports,scripts}/**/*.ts', { cwd: root }).filter(
    (file) => !forDevelopers.test(file),
  )
  const read = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\benv\[?(?:\.|')([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name!),
  )
  expect(read.length).toBeGreaterThan(20)
  expect([...new Set(read)].filter((name) => !listed.includes(name))).toEqual([])
})

test('every variable that is listed is named in the code, or read by Node or by the client of PostgreSQL', () => {
  const byOthers = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'PGPASSWORD']
  const sources = globSync('{harness,reports,scripts}/**/*.ts', { cwd: root })
    .filter((file) => !forDevelopers.test(file) && !file.endsWith('environment-texts.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
  const unknown = listed.filter((name) => !byOthers.includes(name) && !sources.some((text) => text.includes(name)))
  expect(unknown).toEqual([])
})

test('every exit code has a row', () => {
  const page = exitCodesPage()
  for (const code of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`^\\| ${code} \\| \\w`, 'm'))
})

test('code 1 for a run that is not quotable is given by what refuses one, not by what only shows it', () => {
  const [giving] = verdictTexts['not-quotable'].givenBy.split(' (')
  expect(giving).toBe('`quote`, `run --require-quotable`')
  expect(exitCodesPage()).toContain(`| [not-quotable](../verdicts.md#not-quotable) | ${giving} (`)
})

test('no advice after a rejected server is to resume, which keeps the runs of before', () => {
  expect(verdictTexts.rejected.whatToDo).toContain('without `--resume`')
})
