import { expect, test } from 'vitest'
import { type BoxPlanOptions, boxPlan } from '../../../harness/box/plan/plan-box.ts'
import { planMinutes } from '../../../harness/box/plan/plan-minutes.ts'
import { PROBES } from '../../../harness/box/plan/probes.ts'
import { catalogueNames } from '../../../harness/catalogue/find.ts'
import { cardEntryByKey } from '../../../harness/catalogue/own/own-cards.ts'
import { bundledNames, bundledScenario } from '../../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../../harness/scenario/load-file.ts'
import { planJson } from './plan-json.ts'
import { planText } from './plan-text.ts'
import type { ShownPlan } from './shown-plan.ts'

const load = (names: readonly string[]) => loadScenarios([...PROBES, ...names].map(bundledScenario), catalogueNames)
const provisioning = await load(['provisioning'])
const everything = await load((await bundledNames()).filter((name) => !name.startsWith('tiny-')))
const topology: BoxPlanOptions['topology'] = [{ from: 'GPU1', to: 'GPU2', path: 'NV4' }]

function shown(files: typeof provisioning, keys: readonly string[], over: Partial<BoxPlanOptions> = {}): ShownPlan {
  const cards = keys.map((key, index) => ({ index, uuid: `GPU-${index}`, entry: cardEntryByKey(key)! }))
  const plan = boxPlan(files, cards, {
    port: 8000,
    tag: 'latest',
    cacheDir: '/cache',
    starts: 1,
    withinMinutes: 30,
    topology,
    ...over,
  })
  return { ...plan, minutes: planMinutes(plan) }
}
const four = shown(provisioning, new Array<string>(4).fill('rtx-4090'))
const mixed = shown(everything, ['rtx-4090', 'rtx-pro-6000-max-q', 'rtx-pro-6000-max-q'], {
  starts: 3,
  withinMinutes: null,
})

test('the plan of one card: starts, minutes, runs, downloads', () => {
  const text = planText(shown(provisioning, ['rtx-4090']))
  expect(text).toMatch(/^RTX 4090: 5 scenarios, 1 server start, at most \d\d min\n/)
  expect(text).toMatch(/\n {2}at most (2\d|30) min of measuring, 3 min of starting servers, without downloads\n/)
  expect(text).toMatch(/min {2}llama-3.1-8b-fp8-single \(at most [3-9] trials\)\n/)
  expect(text).toContain('\ndownloads, unless they are here:\n  size not known: vllm/vllm-openai:latest\n  9.1 GB: ')
  expect(text).not.toContain('GPU 0')
})

test('four cards: what each does alone, and what they do side by side', () => {
  const text = planText(four)
  expect(text).toContain('1. llama-3.1-8b-instruct-fp8 on each of GPU 0, 1, 2, 3\n')
  expect(text).toContain('each card alone, one after another: memory-probe, load-probe; at most 10')
  expect(text).toContain('   side by side: at most ')
})

test('unequal cards and pairs: who runs what, what connects them, and what a card does not run', () => {
  const text = planText(mixed)
  expect(text).toContain('every server is started 3 times; listed is one start\n')
  expect(text).toContain('   GPU 1+2: connected by NVLink (4 links)\n')
  expect(text).toMatch(/\n {2}llama-3.1-70b-fp8-single: GPU 0: 72.7 GB of weights /)
  expect(text).toMatch(/\n {2}llama-3.1-8b-fp8-50-sessions: the KV cache holds \d+ of 50 sequences/)
})

test('no line is wider than 80 columns, and every scenario and reason is in it', () => {
  for (const plan of [four, mixed]) {
    const text = planText(plan)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const { name } of plan.leftOut) expect(text).toContain(`  ${name}: `)
    for (const name of plan.stages.flatMap(({ parts }) =>
      parts.flatMap(({ lanes }) => lanes[0]!.runs.map((run) => run.name)),
    )) {
      expect(text).toContain(name)
    }
  }
})

test('names from outside cannot move the cursor or break a line', () => {
  const leftOut = [{ name: 'mine', reason: 'model \u001b[2J"evil"\nACCEPTED' }]
  const text = planText({ ...four, leftOut })
  expect(text).toContain('  mine: model "evil" ACCEPTED\n')
  expect(text).not.toContain('\u001b')
})

test('the document has the servers, lanes and minutes, and null for a size that is not known', () => {
  const document = JSON.parse(planJson(mixed))
  expect(document.serverStarts).toBe(mixed.stages.reduce((sum, { servers }) => sum + servers.length, 0))
  expect(document.downloadBytes).toBeNull()
  expect(document.stages[0].parts[0]).toMatchObject({
    kind: 'alone',
    lanes: [{ runs: [{ name: 'memory-probe' }, {}] }],
  })
  expect(document.stages.at(-1).servers[0]).toMatchObject({ gpus: [1, 2], link: { path: 'NV4' } })
})
