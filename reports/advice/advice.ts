import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { buyerAdvice } from '../../harness/catalogue/support/buyer-advice.ts'
import { supportOf } from '../../harness/catalogue/support/card-support.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { joinedAnd, speedAgainst, timesText } from '../answer/phrases.ts'
import { throughputTable } from '../comparison/throughput.ts'
import type { Facts } from '../facts.ts'
import type { Selection } from '../tables/selection.ts'

/** One piece of advice: a few words that say it, and what it rests on. */
export interface Advice {
  /** Kebab-case. */
  readonly id: string
  readonly lead: string
  readonly text: string
  /** Whether it rests on a simulated run. */
  readonly simulated: boolean
}

/** The cards that may be bought, and what was measured on them. */
export interface Bought {
  readonly selection: Selection
  readonly facts: Facts
  /** The cards of the selection that are known, in its order. */
  readonly cards: readonly CardEntry[]
}

/** What a buyer of these cards trips over: first what follows from their figures and runs, then what holds for every card. */
export function adviceOn(bought: Bought): Advice[] {
  return [
    ...smallestUplift(bought),
    ...noLink(bought),
    ...usable(bought),
    ...editions(bought),
    ...formFactors(bought),
    ...outOfWarranty(bought),
    ...general(bought),
  ]
}

/** Advice from the catalogue alone. */
const fixed = (id: string) => ({ id, simulated: false })

/** The workload for which the dearer card gives the least. */
function smallestUplift({ selection, facts }: Bought): Advice[] {
  const [first, ...others] = selection.cards
  const [card] = others
  if (first === undefined || card === undefined || others.length > 1) return []
  const table = throughputTable(selection, facts)
  const ratios = table.rows.flatMap(({ cells }) => {
    const [label, ratio] = [cells[0], cells.at(-1)]
    return label?.kind === 'text' && ratio?.kind === 'ratio'
      ? [{ title: label.text, ratio: ratio.value, simulated: ratio.simulated === true }]
      : []
  })
  const [least] = ratios.toSorted((a, b) => a.ratio - b.ratio)
  const [low, high] = [facts.priceGbp(first.key)?.value, facts.priceGbp(card.key)?.value]
  if (least === undefined || low === undefined || high === undefined || high / low <= least.ratio) return []
  return [
    {
      id: 'price-and-speed',
      simulated: least.simulated,
      lead: 'The price grows faster than the speed.',
      text: `For ${least.title}, the ${card.label} ${speedAgainst([least.ratio])} the ${first.label}, at ${timesText(high / low)} its price.`,
    },
  ]
}

function noLink({ cards }: Bought): Advice[] {
  const without = cards.filter(({ nvlinkGBs }) => nvlinkGBs === null).map(({ label }) => label)
  if (without.length === 0) return []
  return [
    {
      ...fixed('no-link'),
      lead: 'Two cards are not one large card.',
      text: `${joinedAnd(without)} ${without.length === 1 ? 'has' : 'have'} no NVLink: a model that is split over several cards exchanges data over PCIe at every layer. Measure the pair before you buy it.`,
    },
  ]
}

function usable({ cards }: Bought): Advice[] {
  const each = cards.flatMap(({ label, vramGb, cudaBytes }) =>
    vramGb === undefined || cudaBytes === undefined
      ? []
      : [`${((cudaBytes.value * DEFAULT_GPU_MEMORY_UTILIZATION) / 1e9).toFixed(0)} GB on the ${label}`],
  )
  if (each.length === 0) return []
  return [
    {
      ...fixed('usable-memory'),
      lead: 'The memory of the card is not the memory for your model.',
      text: `With the default of vLLM (${DEFAULT_GPU_MEMORY_UTILIZATION} of the memory) weights, KV cache and working space together get ${joinedAnd(each)}.`,
    },
  ]
}

/** Cards that are sold in editions of one name. */
function editions({ cards, facts }: Bought): Advice[] {
  const named = ['rtx-pro-6000-max-q', 'rtx-pro-6000-workstation', 'rtx-pro-6000-server']
  if (!cards.some(({ key }) => named.includes(key))) return []
  const each = named.flatMap((key) => {
    const card: CardEntry | null = facts.card(key)
    return card?.tdpW === undefined || card.slots === undefined
      ? []
      : [`${card.label} ${card.tdpW.value} W, ${card.slots.value}`]
  })
  if (each.length < 2) return []
  return [
    {
      ...fixed('editions'),
      lead: '"RTX PRO 6000" is three cards.',
      text: `They share chip and size of memory, and differ in power, clocks and cooling: ${each.join('; ')}. Have the edition named in the offer.`,
    },
  ]
}

function formFactors({ cards }: Bought): Advice[] {
  const each = cards.flatMap(({ label, slots, tdpW }) =>
    slots === undefined || tdpW === undefined ? [] : [`${label} ${slots.value}, ${tdpW.value} W`],
  )
  if (each.length === 0) return []
  return [
    {
      ...fixed('slots-and-watts'),
      lead: 'Count slots and watts before cards.',
      text: `${each.join('; ')}. A dense chassis needs the airflow for all of them under load at once; measure all cards together, not one alone.`,
    },
  ]
}

function outOfWarranty({ cards }: Bought): Advice[] {
  return cards.flatMap((card) =>
    supportOf(card)
      .filter(({ topic, coversServers }) => topic === 'warranty' && coversServers === false)
      .map(({ statement }) => ({
        ...fixed(`warranty-${card.key}`),
        lead: `The ${card.label} may have no warranty in a data centre.`,
        text: `The terms of a maker exclude it (read ${statement.date}). Ask your seller who replaces a card that fails.`,
      })),
  )
}

/** Advice that holds for every card, with its source; what the page says with figures of its own is not said twice. */
function general({ cards }: Bought): Advice[] {
  const own = new Set(cards.some(({ cudaBytes }) => cudaBytes !== undefined) ? ['usable-memory'] : [])
  return buyerAdvice
    .filter(({ id }) => !own.has(id))
    .map(({ id, lead, statement }) => ({
      ...fixed(id),
      lead,
      text: `${statement.value} (${statement.source}; read ${statement.date})`,
    }))
}
