import { describe, expect, test } from 'vitest'
import { cards } from '../../catalogue/cards.ts'
import { catalogueNames } from '../../catalogue/find.ts'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { DEFAULT_VLLM_TAG } from '../../endpoint/serve/image/vllm-images.ts'
import { bundledNames, bundledScenario } from '../../scenario/find-scenario.ts'
import { loadScenarios } from '../../scenario/load-file.ts'
import type { ScenarioFile } from '../../scenario/schema.ts'
import type { BoxCard, BoxPlan } from './box-plan.ts'
import { cardsOf } from './candidates.ts'
import { type BoxPlanOptions, boxPlan } from './plan-box.ts'
import { planMinutes } from './plan-minutes.ts'
import { PROBES } from './probes.ts'

const load = (names: readonly string[]) => loadScenarios([...PROBES, ...names].map(bundledScenario), catalogueNames)
const provisioning = await load(['provisioning'])
const everything = await load((await bundledNames()).filter((name) => !name.startsWith('tiny-')))

const base: BoxPlanOptions = {
  port: 8000,
  tag: 'latest',
  cacheDir: '/cache',
  starts: 1,
  withinMinutes: null,
  topology: { reason: 'planned cards' },
}
const box = (...keys: string[]): BoxCard[] =>
  keys.map((key, index) => ({ index, uuid: `GPU-${index}`, entry: cardEntryByKey(key)! }))
const four = box(...new Array<string>(4).fill('rtx-pro-6000-max-q'))
const planOf = (files: readonly ScenarioFile[], on: readonly BoxCard[], over: Partial<BoxPlanOptions> = {}) =>
  boxPlan(files, on, { ...base, ...over })
/** `scenario start of UUIDs` of every run outside the parts in which one of several cards is alone. */
function measured({ stages, cards: all }: BoxPlan): string[] {
  return stages.flatMap(({ start, servers, parts }) =>
    parts
      .filter(({ kind, lanes }) => kind !== 'alone' || all.length === 1 || !lanes.every(({ runs }) => isProbes(runs)))
      .flatMap(({ lanes }) =>
        lanes.flatMap(({ server, runs }) => {
          const on = servers.find(({ id }) => id === server)!.cards.map(({ uuid }) => uuid)
          return runs.map(({ name }) => `${name} ${start.number} ${on.join()}`)
        }),
      ),
  )
}
const isProbes = (runs: readonly { readonly name: string }[]) =>
  runs.every(({ name }) => PROBES.some((probe) => probe === name))
const serversOf = ({ stages }: BoxPlan) => stages.flatMap(({ servers }) => servers)

describe('provisioning', () => {
  const within = { withinMinutes: 30 }

  test.each(cards.map(({ key }) => key))('%s: one start, at most 30 minutes of measuring', (key) => {
    const plan = planOf(provisioning, box(key), within)
    expect(plan.leftOut).toEqual([])
    expect(serversOf(plan)).toHaveLength(1)
    const { measuring } = planMinutes(plan)
    expect(measuring).toBeLessThanOrEqual(30)
    expect(measuring).toBeGreaterThan(20)
  })

  test('of four cards takes less than twelve minutes longer than of one', () => {
    const one = planMinutes(planOf(provisioning, four.slice(0, 1), within))
    const all = planMinutes(planOf(provisioning, four, within))
    // the first server starts alone, then the others side by side
    expect(all.starting).toBeCloseTo(2 * one.starting)
    expect(all.measuring - one.measuring).toBeLessThan(12)
  })

  test('trials are capped, and never below what a scenario needs for its interval', () => {
    const runs = planOf(provisioning, box('t4'), { withinMinutes: 1 }).stages[0]!.parts[0]!.lanes[0]!.runs
    for (const { mostTrials, scenario } of runs) expect(mostTrials).toBe(scenario.certainty.minTrials)
  })
})

describe('the parts of a stage', () => {
  const [stage] = planOf(provisioning, four).stages
  const lanes = stage!.parts.map(({ kind, lanes: each }) => `${kind} ${each.length}`)

  test('several cards run the probes one at a time, then everything side by side', () => {
    expect(lanes).toEqual(['alone 1', 'alone 1', 'alone 1', 'alone 1', 'together 4'])
    const [alone] = stage!.parts
    expect(alone!.lanes[0]!.runs.map(({ name }) => name)).toEqual([...PROBES])
    for (const lane of stage!.parts[4]!.lanes) {
      expect(lane.runs.map(({ name }) => name)).toEqual(provisioning.map(({ name }) => name))
    }
  })

  test('all cards are measured with their links in one container; one card has none', () => {
    const { probe } = planOf(provisioning, four)
    expect(probe?.launch.kind === 'server' && probe.launch.pythonArgv).toContain('"device=GPU-0,GPU-1,GPU-2,GPU-3"')
    expect(planOf(provisioning, four.slice(0, 1)).probe).toBeUndefined()
  })

  test('each server has its own card, port and container', () => {
    const differ = (values: readonly unknown[]) => expect(new Set(values).size).toBe(4)
    differ(stage!.servers.map(({ launch }) => launch.port))
    differ(stage!.servers.map(({ launch }) => launch.containerName))
    differ(stage!.servers.map(({ id }) => id))
    expect(stage!.servers[2]!.launch.argv).toContain('"device=GPU-2"')
  })

  test('one card has no part that repeats another', () => {
    const { stages } = planOf(provisioning, four.slice(0, 1))
    expect(stages.flatMap(({ parts }) => parts.map(({ kind }) => kind))).toEqual(['alone'])
  })

  test('further starts do not repeat the probes of single cards', () => {
    const { stages } = planOf(provisioning, four, { starts: 3 })
    expect(stages.map(({ start }) => start.number)).toEqual([1, 2, 3])
    expect(stages[1]!.parts.map(({ kind }) => kind)).toEqual(['together'])
  })
})

describe('every scenario', () => {
  test.each([
    ['one card', box('rtx-4090')],
    ['four cards', four],
    ['unequal cards', box('rtx-4090', 'rtx-pro-6000-max-q', 'rtx-4090', 'h100-sxm', 'rtx-pro-6000-max-q')],
  ])('%s: is measured once per card and start, or left out with a reason', (_, on) => {
    const plan = planOf(everything, on, { starts: 2 })
    const runs = measured(plan)
    expect(new Set(runs).size).toBe(runs.length)
    for (const start of [1, 2]) {
      for (const card of on) {
        const has = new Set(
          runs
            .filter((run) => run.split(' ')[1] === String(start) && run.includes(card.uuid))
            .map((run) => run.split(' ')[0]),
        )
        const without = plan.leftOut
          .filter(({ reason }) => !/^(not on )?GPU/.test(reason) || reason.includes(String(card.index)))
          .map(({ name }) => name)
        const named = new Set([...has, ...without])
        for (const file of everything) {
          const points = file.kind === 'text' && file.load.shape === 'sweep' ? (file.load.concurrency ?? []) : []
          for (const name of points.length > 0 ? points.map((point) => `${file.name}-c${point}`) : [file.name]) {
            expect(named, `${name} on GPU ${card.index}`).toContain(name)
          }
        }
      }
    }
  })

  test('the search for the highest rate is one run of the file itself', () => {
    const runs = planOf(everything, four).stages.flatMap(({ parts }) => parts.flatMap((part) => part.lanes[0]!.runs))
    const search = runs.find(({ name }) => name === 'llama-3.1-70b-fp8-production')!
    expect(search.file).toMatchObject({ load: { shape: 'sweep' } })
    // 0.1 to 4 requests/s at 10 %: both ends and six halvings
    expect(search.minutes).toBeGreaterThan((8 * (2 * 186 + 20 + 16)) / 60)
  })

  test('cards of different kinds each have the flags of their own entry', () => {
    const [stage] = planOf(everything, box('rtx-4090', 'rtx-pro-6000-max-q')).stages
    const seqs = stage!.servers.map(({ launch }) => launch.argv[launch.argv.indexOf('--max-num-seqs') + 1])
    expect(seqs).toEqual(['50', '128'])
  })
})

describe('tensor parallel', () => {
  const joined = ({ stages }: BoxPlan) => stages.filter(({ parts }) => parts[0]!.kind === 'joined')

  test('each pair has a server, all pairs are measured at the same time', () => {
    const stages = joined(planOf(everything, four))
    expect(stages).toHaveLength(2)
    for (const { servers, parts } of stages) {
      expect(servers.map((each) => each.cards.map(({ index }) => index))).toEqual([
        [0, 1],
        [2, 3],
      ])
      expect(parts[0]!.lanes).toHaveLength(2)
      expect(servers[0]!.link).toEqual({ reason: 'planned cards' })
      expect(servers[0]!.launch.argv).toContain('--tensor-parallel-size')
      expect(servers[0]!.launch.argv).toContain('"device=GPU-0,GPU-1"')
    }
  })

  test('near cards make a pair, and the card that is left over is named', () => {
    const links = [
      { from: 'GPU0', to: 'GPU1', path: 'SYS' },
      { from: 'GPU0', to: 'GPU2', path: 'PHB' },
      { from: 'GPU1', to: 'GPU2', path: 'SYS' },
    ]
    const plan = planOf(everything, four.slice(0, 3), { topology: links })
    expect(joined(plan)[0]!.servers.map((each) => each.cards.map(({ index }) => index))).toEqual([[0, 2]])
    expect(joined(plan)[0]!.servers[0]!.link).toEqual({ path: 'PHB', name: 'the PCIe host bridge of one CPU' })
    expect(plan.leftOut).toContainEqual({
      name: 'llama-3.1-70b-bf16-pair',
      reason: 'not on GPU 1: requires 2 GPUs of one kind at a time',
    })
  })

  test('cards of different kinds make no pair', () => {
    const { leftOut, stages } = planOf(everything, box('rtx-4090', 'rtx-pro-6000-max-q'))
    expect(joined({ stages } as BoxPlan)).toEqual([])
    const rows = leftOut.filter(({ name }) => name === 'llama-3.1-70b-bf16-pair').map(({ reason }) => reason)
    expect(rows).toEqual(['requires 2 GPUs of one kind; this box has 1'])
    expect(everything.some((file) => cardsOf(file as never) > 1)).toBe(true)
  })
})

test('the id of a server is the same in every start and on every port, and differs by card', () => {
  const ids = (over: Partial<BoxPlanOptions>) => [
    ...new Set(serversOf(planOf(provisioning, four, over)).map(({ id }) => id)),
  ]
  expect(ids({ starts: 3, port: 9000 })).toEqual(ids({}))
  expect(ids({})).toHaveLength(4)
  expect(ids({ tag: 'v0.11.0' })).not.toEqual(ids({}))
})

test('each image and each repository of weights is downloaded once', () => {
  const { downloads } = planOf(everything, four, { starts: 3 })
  const names = downloads.map(({ what }) => what)
  expect(new Set(names).size).toBe(names.length)
  expect(downloads).toContainEqual({ what: 'vllm/vllm-openai:latest', repository: null, bytes: null })
  const weights = downloads.find(({ what }) => what === 'llama-3.1-8b-instruct-fp8')!
  expect(weights.repository).toContain('Llama-3.1-8B')
  expect(weights.bytes).toBeGreaterThan(8e9)
})

test.each(['docker', 'podman'] as const)('the size of the pinned image is known to a plan for %s', (engine) => {
  const plan = planOf(everything, four, { starts: 1, tag: DEFAULT_VLLM_TAG, engine })
  const image = plan.downloads.find(({ what }) => what.includes(`vllm-openai:${DEFAULT_VLLM_TAG}@sha256:`))
  expect(image?.bytes).toBe(9e9)
})
