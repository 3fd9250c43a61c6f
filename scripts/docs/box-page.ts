import { boxPlan } from '../../harness/box/plan/plan-box.ts'
import { planMinutes } from '../../harness/box/plan/plan-minutes.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
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
    NIGHTS.flatMap(({ command, flags }) =>
      CARDS.flatMap((key) => COUNTS.map((count) => nightRow(command, flags, { key, count }))),
    ),
  )
  return [
    '| cards | night | scenarios | starts | cards measured | measuring, at most | in all, at most |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

async function nightRow(
  command: string,
  flags: Parameters<typeof nightOf>[0],
  { key, count }: { readonly key: string; readonly count: number },
): Promise<string> {
  const entry = cardEntryByKey(key)
  if (entry === null) throw new RangeError(`no card ${key}`)
  const { names, ...night } = await nightOf(flags)
  const cards = Array.from({ length: count }, (_, index) => ({ index, uuid: String(index), entry }))
  const topology = { reason: 'the cards are only planned' }
  const files = await loadScenarios(names, catalogueNames)
  const plan = boxPlan(files, cards, { port: 8000, tag: 'latest', cacheDir: '', ...night, topology })
  const { starting, measuring } = planMinutes(plan)
  const measured = `${count} of ${count}`
  const title = count === 1 ? `1 x ${cardsInWords(cards)}` : cardsInWords(cards)
  return `| ${title} | \`${command}\` | ${namesOf(plan).length} | ${startsOf(plan)} | ${measured} | ${inTime(measuring)} | ${inTime(starting + measuring)} |`
}
