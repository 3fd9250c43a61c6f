import type { CardEntry } from '../../../harness/catalogue/own/card-entry.ts'
import { joinedAnd, timesText } from '../../answer/phrases.ts'
import { specTable } from '../../comparison/spec.ts'
import { forCustomer } from '../customer-table.ts'
import { paragraph, type Section, tableBlock } from '../document.ts'
import type { Subject } from '../subject.ts'

/** Rows for people who build servers; a customer's page does without. */
const forBuilders = new Set(['shared-memory', 'int8-dense', 'max-power-limit', 'mig'])

/** "Spec sheet side by side", and what stands out in it. */
export function specSheet({ cards }: Subject): Section | null {
  if (cards.length === 0) return null
  const table = forCustomer(specTable(cards), {
    title: 'Specifications',
    rows: (id) => !forBuilders.has(id),
    notes: [
      'Rates are dense, with FP32 accumulation. ~ marks values that are derived from others or assumed.',
      sources(cards),
    ],
  })
  return { id: 'spec', title: 'Spec sheet side by side', blocks: [...tableBlock(table), ...outstanding(cards)] }
}

interface Figure {
  readonly of: (card: CardEntry) => number | undefined
  readonly words: (ratio: number) => string
}

const share = (ratio: number): string => `${Math.abs((ratio - 1) * 100).toFixed(0)} %`
const moreOrLess = (what: string) => (ratio: number) =>
  ratio >= 1.95 ? `${timesText(ratio)} the ${what}` : `${share(ratio)} ${ratio > 1 ? 'more' : 'less'} ${what}`

const figures: readonly Figure[] = [
  { of: ({ vramGb }) => vramGb?.value, words: moreOrLess('memory') },
  { of: ({ memoryBandwidthGBs }) => memoryBandwidthGBs?.value, words: moreOrLess('memory bandwidth') },
  { of: ({ fp16Tflops }) => fp16Tflops?.value, words: moreOrLess('FP16 compute') },
  {
    of: ({ tdpW }) => tdpW?.value,
    words: (ratio) => `a power limit ${share(ratio)} ${ratio > 1 ? 'higher' : 'lower'}`,
  },
]

/** Below this a difference does not stand out. */
const STANDS_OUT = 1.1
const MOST = 3

/** The largest differences between the first card and each other one, as a sentence. */
function outstanding([first, ...others]: readonly CardEntry[]) {
  return others.flatMap((card) => {
    const found = figures
      .flatMap(({ of, words }) => {
        const [a, b] = [of(first!), of(card)]
        return a === undefined || b === undefined || a <= 0 || b <= 0 ? [] : [{ ratio: b / a, words }]
      })
      .filter(({ ratio }) => Math.max(ratio, 1 / ratio) >= STANDS_OUT)
      .toSorted((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))
      .slice(0, MOST)
    if (found.length === 0) return []
    return [
      paragraph(
        `What stands out: compared with the ${first!.label}, the ${card.label} has ${joinedAnd(found.map(({ ratio, words }) => words(ratio)))}.`,
      ),
    ]
  })
}

/** The fields of the rows that are shown. */
const shownFields = [
  'process',
  'smCount',
  'cudaCores',
  'tensorCores',
  'boostGhz',
  'vramGb',
  'memoryDataRateGbps',
  'memoryBandwidthGBs',
  'memoryBusBits',
  'l2Mb',
  'fp16Tflops',
  'fp8Tflops',
  'fp4Tflops',
  'ecc',
  'tdpW',
  'pcie',
  'slots',
] as const satisfies readonly (keyof CardEntry)[]

/** Where the figures are from, each source once. */
function sources(cards: readonly CardEntry[]): string {
  const facts = cards.flatMap((card) => shownFields.flatMap((field) => card[field] ?? []))
  const dates = [...new Set(facts.map(({ date }) => date))].toSorted()
  const when = dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : (dates[0] ?? 'at an unknown time')
  return `Sources, gathered ${when}: ${[...new Set(facts.map(({ source }) => source))].join('; ')}.`
}
