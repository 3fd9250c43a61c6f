import type { CardEntry } from '../../../harness/catalogue/own/card-entry.ts'
import { buyerAdvice } from '../../../harness/catalogue/support/buyer-advice.ts'
import { supportOf } from '../../../harness/catalogue/support/card-support.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../../harness/physics/gpu-memory-utilization.ts'
import { joinedAnd, timesText } from '../../answer/phrases.ts'
import { throughputTable } from '../../comparison/throughput.ts'
import { cardKeyOf } from '../../tables/selection.ts'
import { type Block, type Item, list, paragraph, type Section } from '../document.ts'
import type { Subject } from '../subject.ts'

/** "Production gotchas": what a buyer of these cards trips over, and what was found on the servers of this page. */
export function gotchas(subject: Subject): Section {
  const findings = foundItems(subject)
  const blocks: Block[] = [
    ...list([...ownItems(subject), ...generalItems(subject)]),
    paragraph(
      findings.length === 0
        ? 'On the servers of this page no setting or fault of a card was found that would change a figure.'
        : 'Found on the servers of this page:',
    ),
    ...list(findings),
  ]
  return { id: 'gotchas', title: 'Production gotchas', blocks }
}

/** What follows from the figures of this page. */
function ownItems(subject: Subject): Item[] {
  return [
    ...smallestUplift(subject),
    ...noLink(subject),
    ...usable(subject),
    ...editions(subject),
    ...formFactors(subject),
    ...outOfWarranty(subject),
  ]
}

/** The workload for which the dearer card gives the least. */
function smallestUplift({ selection, facts }: Subject): Item[] {
  const [first, ...others] = selection.cards
  const [card] = others
  if (first === undefined || card === undefined || others.length > 1) return []
  const table = throughputTable(selection, facts)
  const ratios = table.rows.flatMap(({ cells }) => {
    const [label, ratio] = [cells[0], cells.at(-1)]
    return label?.kind === 'text' && ratio?.kind === 'ratio' ? [{ title: label.text, ratio: ratio.value }] : []
  })
  const [least] = ratios.toSorted((a, b) => a.ratio - b.ratio)
  const [low, high] = [facts.priceGbp(first.key)?.value, facts.priceGbp(card.key)?.value]
  if (least === undefined || low === undefined || high === undefined || high / low <= least.ratio) return []
  return [
    {
      lead: 'The price grows faster than the speed.',
      text: `For ${least.title} the ${card.label} is ${least.ratio.toFixed(2)} times as fast as the ${first.label}, at ${timesText(high / low)} its price.`,
    },
  ]
}

function noLink({ cards }: Subject): Item[] {
  const without = cards.filter(({ nvlinkGBs }) => nvlinkGBs === null).map(({ label }) => label)
  if (without.length === 0) return []
  return [
    {
      lead: 'Two cards are not one large card.',
      text: `${joinedAnd(without)} ${without.length === 1 ? 'has' : 'have'} no NVLink: a model that is split over several cards exchanges data over PCIe at every layer. Measure the pair before you buy it.`,
    },
  ]
}

function usable({ cards }: Subject): Item[] {
  const each = cards.flatMap(({ label, vramGb, cudaBytes }) =>
    vramGb === undefined || cudaBytes === undefined
      ? []
      : [`${((cudaBytes.value * DEFAULT_GPU_MEMORY_UTILIZATION) / 1e9).toFixed(0)} GB on the ${label}`],
  )
  if (each.length === 0) return []
  return [
    {
      lead: 'The memory of the card is not the memory for your model.',
      text: `With the default of vLLM (${DEFAULT_GPU_MEMORY_UTILIZATION} of the memory) weights, KV cache and working space together get ${joinedAnd(each)}.`,
    },
  ]
}

/** Cards that are sold in editions of one name. */
function editions({ cards, facts }: Subject): Item[] {
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
      lead: '"RTX PRO 6000" is three cards.',
      text: `They share chip and size of memory, and differ in power, clocks and cooling: ${each.join('; ')}. Have the edition named in the offer.`,
    },
  ]
}

function formFactors({ cards }: Subject): Item[] {
  const each = cards.flatMap(({ label, slots, tdpW }) =>
    slots === undefined || tdpW === undefined ? [] : [`${label} ${slots.value}, ${tdpW.value} W`],
  )
  if (each.length === 0) return []
  return [
    {
      lead: 'Count slots and watts before cards.',
      text: `${each.join('; ')}. A dense chassis needs the airflow for all of them under load at once; measure all cards together, not one alone.`,
    },
  ]
}

function outOfWarranty({ cards }: Subject): Item[] {
  return cards.flatMap((card) =>
    supportOf(card)
      .filter(({ topic, coversServers }) => topic === 'warranty' && coversServers === false)
      .map(({ statement }) => ({
        lead: `The ${card.label} may have no warranty in a data centre.`,
        text: `The terms of a maker exclude it (read ${statement.date}; see ECC, NVLink and reliability features). Ask your seller who replaces a card that fails.`,
      })),
  )
}

/** Advice that holds for every card, with its source; what the page says with figures of its own is not said twice. */
function generalItems({ cards }: Subject): Item[] {
  const own = new Set(cards.some(({ cudaBytes }) => cudaBytes !== undefined) ? ['usable-memory'] : [])
  return buyerAdvice
    .filter(({ id }) => !own.has(id))
    .map(({ lead, statement }) => ({ lead, text: `${statement.value} (${statement.source}; read ${statement.date})` }))
}

/** Gates about the card and its setting, which a customer may read; the others are about our own client. */
const CARD_GATES = new Set(['card-health', 'throttle', 'thermal-soak', 'power-limit', 'ecc', 'gpu-exclusive'])

/** What was found on the servers, each once with how often; words of the vendor's tools are left to the lab. */
function foundItems({ runs, selection, boxFindings }: Subject): Item[] {
  const labels = new Map(selection.cards.map(({ key, label }) => [key, label]))
  const gates = runs.flatMap((run) =>
    run.gates
      .filter(({ id, status }) => CARD_GATES.has(id) && (status === 'warn' || status === 'fail'))
      .map(({ id }) => ({ card: labels.get(cardKeyOf(run)) ?? 'a card', what: gateWords[id] ?? id })),
  )
  const boxes = runs.flatMap((run) =>
    (boxFindings?.(run) ?? []).map(({ read, why }) => ({
      card: labels.get(cardKeyOf(run)) ?? 'a card',
      what: `${read}: ${why}`,
    })),
  )
  return [...Map.groupBy([...boxes, ...gates], ({ card, what }) => `${card}\n${what}`).values()].map((same) => ({
    lead: `${same[0]!.card}:`,
    text: `${same[0]!.what} (in ${same.length} of ${runs.filter((run) => labels.get(cardKeyOf(run)) === same[0]!.card).length} runs)`,
  }))
}

const gateWords: Readonly<Record<string, string>> = {
  'card-health': 'the driver reported a warning',
  throttle: 'the card reduced its clock for part of the time, for heat or power',
  'thermal-soak': 'the card was still warming up while it was measured',
  'power-limit': 'the power limit was not the default of the card',
  ecc: 'the counters or the mode of ECC need attention',
  'gpu-exclusive': 'another program used the card',
}
