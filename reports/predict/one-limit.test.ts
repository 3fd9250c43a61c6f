import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cardByKey, cards } from '../../harness/catalogue/cards.ts'
import { catalogueNames, scenarioKeysFor } from '../../harness/catalogue/find.ts'
import type { Card } from '../../harness/catalogue/types.ts'
import { launchPlan } from '../../harness/endpoint/serve/launch-plan.ts'
import type { GateInput } from '../../harness/gates/gate.ts'
import { physicalLimit } from '../../harness/gates/physical-limit.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { atRate, expandSweep } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import { type Scenario, scenarioSchema } from '../../harness/scenario/schema.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { demandTable } from '../comparison/demand.ts'
import { throughputTable } from '../comparison/throughput.ts'
import { selectRuns } from '../tables/selection.ts'
import { predictJob } from './job.ts'
import { predictScenario } from './scenario.ts'

/** One fact, one home: what the gate, the report and `predict` print of one run is the same number. */

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const paths = readdirSync(folder).flatMap((name) => (name.endsWith('.yaml') ? [`${folder}${name}`] : []))
const loaded = await loadScenarios(paths, catalogueNames)
// suites name scenarios that stand in files of their own
const files = [...new Map(loaded.map((file) => [file.name, file])).values()]
const plain = files.flatMap((file) => {
  const search = file.kind === 'text' && file.load.shape === 'sweep' ? file.load.highestRate : undefined
  return search && file.kind === 'text' ? [atRate(file, search.fromPerS)] : expandSweep(file)
})
const scenariosOn = (card: Card): Scenario[] => plain.map((file) => resolveScenario(file, scenarioKeysFor(card.key)))

const facts = catalogueFacts()
/** A figure far below any limit. */
const slow = { text: 1, image: 0.001, embeddings: 0.001, training: 0.001 } as const

/** A finished run of a scenario on a card, as many GPUs as it asks for, by a server that says nothing of itself. */
function runOf(scenario: Scenario, card: Card): RunRecord {
  const result = { [headlineMetric(scenario)]: slow[scenario.kind] }
  const run = makeRun({ card: card.key, gpus: scenario.server?.tensorParallel ?? 1, scenario: scenario.name, result })
  return { ...run, scenario }
}

const gateOf = (run: RunRecord, over: object = {}) =>
  physicalLimit.evaluate({
    ...run,
    trials: [
      {
        kind: run.scenario.kind,
        outputTokensPerS: 1,
        decodeTokensPerS: 1,
        ttftMs: { p50: 60_000 },
        image: { imagesPerS: 0.001 },
        texts: { textsPerS: 0.001 },
        training: { trainedTokensPerS: 1 },
        ...over,
      },
    ],
  } as unknown as GateInput)

/** The limits that the tables print for runs on one card, by scenario. */
function reported(runs: readonly RunRecord[]): Map<string, number | null> {
  const selection = selectRuns(runs, facts)
  const nameOf = (row: string) => row.slice(0, -'-limit-share'.length)
  const kindOf = (name: string) => runs.find(({ scenario }) => scenario.name === name)!.scenario.kind
  const limits = throughputTable(selection, facts).rows.map(
    ({ id, cells: [, cell] }) => [id, cell?.kind === 'number' && cell.limit ? cell.limit.value : null] as const,
  )
  // the table of fixed demands prints the share of the limit instead
  const shares = (demandTable(selection, facts)?.rows ?? []).flatMap(({ id, cells: [, , cell] }) =>
    id.endsWith('-limit-share') && cell?.kind === 'number'
      ? [[nameOf(id), (slow[kindOf(nameOf(id))] / cell.value) * 100] as const]
      : [],
  )
  return new Map([...limits, ...shares])
}

test.each(cards.map((card) => [card.key, card] as const))('%s: the same limit in all three', (_, card) => {
  const scenarios = scenariosOn(card)
  const report = reported(scenarios.map((scenario) => runOf(scenario, card)))
  for (const scenario of scenarios) {
    const gate = gateOf(runOf(scenario, card))
    const predicted =
      scenario.kind === 'text' ? predictScenario(scenario, card).limit : predictJob(scenario, card).limit
    if (predicted === null) {
      // images of a model that does not fit the card have no prediction; the others always have one
      expect(scenario.kind === 'image' && predictJob(scenario, card).fits).toBe(false)
      continue
    }
    expect(gate).toMatchObject({ status: 'pass', evidence: expect.stringContaining(predicted.formula) })
    const perSecond = headlineMetric(scenario) === 'imagesPerS' ? 1 / predicted.value : predicted.value
    expect(report.get(scenario.name)! / perSecond).toBeCloseTo(1, 12)
  }
})

test('every bundled scenario is looked at', () => {
  expect(plain.length).toBeGreaterThanOrEqual(22)
  expect(new Set(plain.map(({ kind }) => kind))).toEqual(new Set(['text', 'image', 'training', 'embeddings']))
})

describe('a shared prefix', () => {
  const card = cardByKey('rtx-4090')!
  const scenario = scenarioSchema.parse({
    name: 'shared',
    title: 'A long shared prefix',
    kind: 'text',
    model: 'llama-3.1-8b-instruct-fp8',
    server: { kvCacheDtype: 'fp8_e4m3' },
    load: { shape: 'closed', concurrency: 64 },
    prompt: { tokens: 4096, prefixCache: 'shared:4000' },
    output: { tokens: 256 },
  })
  const run = { ...makeRun({ card: card.key, scenario: 'shared', result: { outputTokensPerS: 3500 } }), scenario }

  // 8.031 GB of weights and 64 x 96 tokens of 65,536 bytes are 8.433 GB, less 0.075 in L2: 8.291 ms at 1008 GB/s, 64 tokens in them
  test('3,500 tokens/s of 64 streams are 45.3 % of the limit in the gate and in the report', () => {
    const gate = gateOf(run, { outputTokensPerS: 3500 })
    expect(gate).toMatchObject({ status: 'pass', evidence: expect.stringContaining('45.3 % of the limit') })
    const limit = reported([run]).get('shared')!
    expect(limit).toBeCloseTo(7718.7, 0)
    expect(predictScenario(scenario, card).limit.value).toBe(limit)
    expect(3500 / limit).toBeCloseTo(0.4534, 3)
    expect(throughputTable(selectRuns([run], facts), facts).notes.join()).not.toContain('above its physical limit')
  })

  test('what the server reports of its KV cache goes before what the scenario asks for, in both', () => {
    const serving = { kvCacheDtype: 'bfloat16' }
    const told = { ...run, endpoint: { ...run.endpoint, serving: serving as never } }
    // 64 x 96 tokens of 131,072 bytes: 8.836 GB, less 0.075: 8.691 ms
    expect(reported([told]).get('shared')).toBeCloseTo(7364, 0)
    expect(gateOf(told).evidence).toContain('8.84 GB')
  })
})

test('fit: report, serve and predict agree for every card and context, where nobody names a share of memory', () => {
  for (const card of cards) {
    for (const tokens of [2048, 8192, 16_384, 32_768]) {
      for (const model of ['llama-3.1-70b-instruct-fp8', 'qwen2.5-coder-32b-instruct-awq']) {
        const scenario = scenarioSchema.parse({
          name: 'fit',
          title: 'Fit',
          kind: 'text',
          model,
          load: { shape: 'closed', concurrency: 1 },
          prompt: { tokens: tokens - 256 },
          output: { tokens: 256 },
        })
        const fit = facts.fit({ ...makeRun({ card: card.key }), scenario }, card.key)
        const said = 'value' in fit ? fit.value.fits : null
        expect(predictScenario(scenario, card).fit.headroomRatio >= 1).toBe(said)
        const plan = launchPlan(scenario, card.key, { gpus: [], port: 8000, tag: 'latest', cacheDir: '/cache' })
        expect(plan.refusal === null).toBe(said)
      }
    }
  }
})
