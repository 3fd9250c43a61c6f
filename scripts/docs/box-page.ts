import { boxPlan } from '../../harness/box/plan/plan-box.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import { bundledScenario } from '../../harness/scenario/find-scenario.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { cardsInWords, inTime, namesOf, startsOf } from '../../reports/box/plan/shown-plan.ts'
import { nightOf } from '../box/planned-box.ts'

const CARDS = ['rtx-4090', 'rtx-pro-6000-max-q']
const COUNTS = [1, 2, 4, 8]
const NIGHTS = [
  { command: 'box', flags: {} },
  { command: 'box --full', flags: { full: true } },
]

/** The time of both nights on two cards, by the number of cards in the box. */
export async function nightTable(): Promise<string> {
  const rows = await Promise.all(
    NIGHTS.map(async ({ command, flags }) => {
      const { names, ...night } = await nightOf(flags)
      const files = await loadScenarios(names, catalogueNames)
      return CARDS.flatMap((key) =>
        COUNTS.map((count) => {
          const { title, scenarios, starts, measuring, total } = planned(files, { key, count }, night)
          return `| ${title} | \`${command}\` | ${scenarios} | ${starts} | ${count} of ${count} | ${inTime(measuring)} | ${inTime(total)} |`
        }),
      )
    }),
  )
  return [
    '| cards | night | scenarios | starts | cards measured | measuring, at most | in all, at most |',
    '|---|---|---|---|---|---|---|',
    ...rows.flat(),
  ].join('\n')
}

const PROVISIONING = ['memory-probe', 'llama-3.1-8b-fp8-single', 'llama-3.1-8b-fp8-batch32']
/** The bundled scenarios of 0.3.0 and their order, of which it ran those of text that are no search. */
const ALL = [
  'memory-probe',
  'article',
  'coding-agent-40k',
  'coding-agent-40k-96gb',
  'llama-3.1-8b-fp8-50-streams',
  'llama-3.1-8b-fp8-chat-lengths',
  'llama-3.1-8b-fp8-sharegpt',
]
/** What `box --print` of 0.3.0 said: three starts for each scenario, one card of the server. */
const BEFORE = [
  { names: PROVISIONING, key: 'rtx-4090', count: 1, starts: 9, minutes: 92 },
  { names: PROVISIONING, key: 'rtx-4090', count: 4, starts: 9, minutes: 92 },
  { names: PROVISIONING, key: 'rtx-pro-6000-max-q', count: 1, starts: 9, minutes: 92 },
  { names: PROVISIONING, key: 'rtx-pro-6000-max-q', count: 4, starts: 9, minutes: 92 },
  { names: ALL, key: 'rtx-4090', count: 1, starts: 42, minutes: 694 },
  { names: ALL, key: 'rtx-4090', count: 4, starts: 42, minutes: 694 },
  { names: ALL, key: 'rtx-pro-6000-max-q', count: 1, starts: 57, minutes: 1017 },
  { names: ALL, key: 'rtx-pro-6000-max-q', count: 4, starts: 63, minutes: 1112 },
]

/** The nights of 0.3.0 beside the same scenarios and three starts of today. */
export async function beforeAndAfterTable(): Promise<string> {
  const rows = await Promise.all(
    BEFORE.map(async ({ names, key, count, starts, minutes }) => {
      const files = (await loadScenarios(names.map(bundledScenario), catalogueNames)).filter(wasRun)
      const after = planned(files, { key, count }, { starts: 3, withinMinutes: null })
      const pairs = count > 1 && names === ALL && key === 'rtx-pro-6000-max-q' ? ', 2 in pairs' : ''
      return `| ${after.title} | ${after.scenarios} | ${starts} | ${after.starts / count} | 1 of ${count}${pairs} | ${count} of ${count} | ${inTime(minutes)} | ${inTime(after.total)} |`
    }),
  )
  return [
    '| cards | scenarios | starts before | after, per card | cards measured before | after | at most before | after |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

const wasRun = ({ kind, load }: ScenarioFile): boolean =>
  kind === 'text' && !('highestRate' in load && load.highestRate !== undefined)

function planned(
  files: readonly ScenarioFile[],
  { key, count }: { readonly key: string; readonly count: number },
  night: { readonly starts: number; readonly withinMinutes: number | null },
) {
  const entry = cardEntryByKey(key)
  if (entry === null) throw new RangeError(`no card ${key}`)
  const cards = Array.from({ length: count }, (_, index) => ({ index, uuid: String(index), entry }))
  const topology = { reason: 'the cards are only planned' }
  const plan = boxPlan(files, cards, { port: 8000, tag: 'latest', cacheDir: '', ...night, topology })
  const { starting, measuring } = planMinutes(plan)
  return {
    title: count === 1 ? `1 x ${cardsInWords(cards)}` : cardsInWords(cards),
    scenarios: namesOf(plan).length,
    starts: startsOf(plan),
    measuring,
    total: starting + measuring,
  }
}
