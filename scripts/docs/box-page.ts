import { boxPlan } from '../../harness/box/plan/plan-box.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
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
