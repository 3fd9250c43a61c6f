import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { compareRuns } from '../../reports/compare/comparison.ts'
import { comparisonJsonSchema } from '../../reports/compare/comparison-schema.ts'
import { comparisonDocument } from '../../reports/compare/json.ts'
import { later, makeComparedRun } from '../../reports/testing/compare-builder.ts'
import { inRepository } from './pages.ts'
import type { JsonSchema } from './reference/json-fields.ts'
import { schemaFiles } from './schemas.ts'

test.each(schemaFiles)('$file matches the code (npm run schema writes it)', async ({ file, text }) => {
  expect(await readFile(inRepository(file), 'utf8')).toBe(text())
})

/** Formats whose every key says what it is; `run.json` has a page with the same test (reference.test.ts). */
const described = ['config', 'fleet-file', 'fleet-status', 'fleet', 'fleet-report', 'comparison', 'quote']
test.each(described)('%s.schema.json: every key is described', async (name) => {
  const json = JSON.parse(await readFile(inRepository(`docs/schemas/${name}.schema.json`), 'utf8')) as JsonSchema
  expect(undescribedIn(json, '')).toEqual([])
})

/** The keys of a schema without a description, but for constants, which say what they are. */
function undescribedIn(schema: JsonSchema, path: string): string[] {
  const { properties = {}, items, additionalProperties, $defs = {} } = schema
  const forms = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? []), ...Object.values($defs)]
  const values = typeof additionalProperties === 'object' ? [additionalProperties] : []
  return [
    ...Object.entries(properties).flatMap(([key, value]) => [
      ...(value.description === undefined && value.const === undefined ? [`${path}.${key}`] : []),
      ...undescribedIn(value, `${path}.${key}`),
    ]),
    ...[...forms, ...values, ...(items === undefined ? [] : [items])].flatMap((form) => undescribedIn(form, path)),
  ]
}

/** Checks with the file as it is published, not with the code that it was made from. */
function published(name: string) {
  const json: unknown = JSON.parse(readFileSync(inRepository(`docs/schemas/${name}.schema.json`), 'utf8'))
  const schema = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0])
  return (value: unknown) => schema.safeParse(value).error?.issues ?? []
}
const jsonOf = async (file: string): Promise<unknown> => JSON.parse(await readFile(inRepository(file), 'utf8'))

const runsIn = async (folder: string): Promise<RunRecord[]> => {
  const found = await findRuns([fileURLToPath(inRepository(folder))])
  return Promise.all(found.map(async (path) => (await readRun(path)).record))
}
let shipped: RunRecord[]
let frozen: RunRecord[]
beforeAll(async () => {
  shipped = await runsIn('reports/examples/runs')
  frozen = await runsIn('harness/testing/fixtures/records-v1')
})

describe('run-record.schema.json', () => {
  const issuesOf = published('run-record')

  test('takes runs of every kind, in the form in which this version keeps them', () => {
    const runs = [...shipped, ...frozen]
    expect(new Set(runs.map((run) => run.scenario.kind))).toEqual(new Set(['text', 'image', 'training']))
    for (const run of runs) expect(issuesOf(run), run.id).toEqual([])
  })

  test('refuses a record without its gates, and a value that is missing without a reason', () => {
    const { gates: _gates, ...withoutGates } = makeComparedRun()
    expect(issuesOf(withoutGates).map(({ path }) => path)).toEqual([['gates']])
    const run = makeComparedRun()
    const trials = run.trials.map((trial) => ({ ...trial, energyJ: { value: null } }))
    expect(issuesOf({ ...run, trials })).not.toEqual([])
  })

  test('takes a record with a key that a later version added', () => {
    expect(issuesOf({ ...makeComparedRun(), later: { added: 1 } })).toEqual([])
  })
})

test('report.schema.json takes the shipped report, and none of another version', async () => {
  const report = (await jsonOf('reports/examples/report.json')) as object
  expect(published('report')(report)).toEqual([])
  expect(published('report')({ ...report, version: 0 })).not.toEqual([])
})

describe('comparison.schema.json', () => {
  const issuesOf = published('comparison')
  test.each([
    ['a loss, simulated', [makeComparedRun({ source: 'simulated' })], [later({ source: 'simulated', speed: 0.95 })]],
    ['nothing to compare with', [makeComparedRun()], [later({ trials: 1 })]],
    [
      'an inconclusive verdict that more trials would decide',
      [makeComparedRun({ trials: 2 })],
      [later({ trials: 2, speed: 0.97 })],
    ],
    ['no pair at all', [], []],
  ] as const)('takes a comparison: %s', (_what, baseline, candidate) => {
    const document = comparisonDocument(compareRuns(baseline, candidate))
    expect(comparisonJsonSchema.safeParse(document).error).toBeUndefined()
    expect(issuesOf(document)).toEqual([])
  })

  test('takes a comparison of shipped runs of two cards, which carries its objections', () => {
    const sides = Map.groupBy(shipped, (run) => run.card.key)
    const [baseline, candidate] = [...sides.values()]
    const document = comparisonDocument(compareRuns(baseline!, candidate!))
    expect(document).toMatchObject({ objections: expect.arrayContaining([expect.stringContaining('different cards')]) })
    expect(comparisonJsonSchema.safeParse(document).error).toBeUndefined()
    expect(issuesOf(document)).toEqual([])
  })

  test('refuses a verdict that there is not', () => {
    const document = comparisonDocument(compareRuns([makeComparedRun()], [later()]))
    expect(issuesOf({ ...document, verdict: 'perhaps' })).not.toEqual([])
  })
})
