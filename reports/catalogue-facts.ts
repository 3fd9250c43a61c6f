import { imageModelByKey } from '../harness/catalogue/image-models.ts'
import type { CardEntry } from '../harness/catalogue/own/card-entry.ts'
import { filled } from '../harness/catalogue/own/complete.ts'
import { type FitCard, fitCard } from '../harness/catalogue/own/known.ts'
import { cardEntryByKey } from '../harness/catalogue/own/own-cards.ts'
import { modelByKey, modelOf, whyNoModel } from '../harness/catalogue/own-models.ts'
import { defaultMoney, priceOf } from '../harness/catalogue/prices.ts'
import type { Model, Sourced } from '../harness/catalogue/types.ts'
import { headlineMetric } from '../harness/metrics/headline.ts'
import { imageFit } from '../harness/physics/image.ts'
import { runLimit } from '../harness/physics/run-limit.ts'
import { servingFit } from '../harness/physics/serving-fit.ts'
import type { RunRecord } from '../harness/record/schema/run.ts'
import { statedContextTokens } from '../harness/scenario/prompt/length.ts'
import type { Facts, FitVerdict, Known, MoneyOptions } from './facts.ts'
import { cardKeyOf } from './tables/selection.ts'
import type { PhysicalLimit } from './tables/table.ts'

/** The real facts: catalogue and physics; money inputs of the user have priority. */
export function catalogueFacts(options: MoneyOptions = {}, runs: readonly RunRecord[] = []): Facts {
  const described = new Map(
    runs.flatMap((run) => (run.card.description ? [[cardKeyOf(run), run.card.description]] : [])),
  )
  // an own entry is joined with what the card reported of itself when it ran
  const cardAt = (key: string): CardEntry | null => {
    const known = cardEntryByKey(key)
    const reported = described.get(key)
    return known === null || reported === undefined ? (known ?? reported ?? null) : filled(known, reported)
  }
  const { pricesGbp = {}, ownPrices = {}, configured = {}, idleW, ...money } = options
  return {
    card: (key) => {
      const card = cardAt(key)
      return card === null || idleW === undefined ? card : { ...card, idleW: given(idleW) }
    },
    model: modelByKey,
    priceGbp: (key) => (pricesGbp[key] === undefined ? (ownPrices[key] ?? priceOf(key)) : given(pricesGbp[key])),
    money: {
      years: defaultMoney.years.value,
      tariffGbpPerKwh: defaultMoney.tariffGbpPerKwh.value,
      utilisation: defaultMoney.utilisation.value,
      pue: defaultMoney.pue.value,
      ...configured,
      ...money,
    },
    moneySource: moneySource(Object.keys(money), Object.keys(configured)),
    limit: limitOf,
    fit: (run, cardKey) => fitVerdict(run, cardAt(cardKey), cardKey),
  }
}

const given = (value: number): Sourced => ({ value, source: 'given on the command line', date: 'now', kind: 'assumed' })

/** Where the inputs are from: those of the command line, of joulemark.yaml, and the sources of the others. */
function moneySource(set: readonly string[], configured: readonly string[]): string {
  const inFile = configured.filter((key) => !set.includes(key))
  const rest = Object.entries(defaultMoney).filter(([key]) => !set.includes(key) && !inFile.includes(key))
  const named = (keys: readonly string[]) => keys.map((key) => words[key] ?? key).join(', ')
  const groups = Map.groupBy(rest, ([, fact]) => `${fact.source} (${fact.date})`)
  const sources = [...groups].map(([source, facts]) => `${named(facts.map(([key]) => key))}: ${source}`)
  return [
    ...sources,
    ...(inFile.length > 0 ? [`joulemark.yaml: ${named(inFile)}`] : []),
    ...(set.length > 0 ? [`set by the user: ${named(set)}`] : []),
  ].join('; ')
}

const words: Readonly<Record<string, string>> = { tariffGbpPerKwh: 'tariff', pue: 'PUE' }

/** Card and model of a run; the reason when the catalogue lacks one. */
function subjects(run: RunRecord, entry: CardEntry | null, cardKey: string): Known<{ card: FitCard; model: Model }> {
  const model = modelOf(run)
  if (entry === null) return { reason: `${cardKey} is not in the catalogue` }
  const card = fitCard(entry)
  if ('reason' in card) return card
  if (model === null) return { reason: whyNoModel(run) }
  return { value: { card, model } }
}

/** The physical limit of a run, in the unit of its headline metric. `share` is 0: the measured value is not known here. */
function limitOf(run: RunRecord): Known<PhysicalLimit> {
  const limit = runLimit(run)
  if ('reason' in limit) return limit
  const value = headlineMetric(run.scenario) === 'imagesPerS' ? 1 / limit.value : limit.value
  return { value: { value, share: 0, bound: limit.boundBy } }
}

/**
 * Whether vLLM could serve the run's scenario on a card: weights, overhead and one longest sequence. Too many sessions
 * are not OOM in vLLM: they queue.
 */
function fitVerdict(run: RunRecord, entry: CardEntry | null, cardKey: string): Known<FitVerdict> {
  const { scenario } = run
  if (scenario.kind !== 'text') return imageFitVerdict(scenario, entry)
  const known = subjects(run, entry, cardKey)
  if ('reason' in known) return known
  const { card, model } = known.value
  return { value: servingFit(card, model, scenario.server ?? {}, statedContextTokens(scenario)) }
}

/** Images: all parts of the model in memory at once. Training: its memory depends on the command. */
function imageFitVerdict(scenario: RunRecord['scenario'], entry: CardEntry | null): Known<FitVerdict> {
  const card = entry === null ? null : fitCard(entry)
  const model = scenario.kind === 'image' ? imageModelByKey(scenario.model) : null
  if (card === null || model === null)
    return { reason: `memory requirement of ${scenario.model} (${scenario.kind}) unknown` }
  return 'reason' in card ? card : { value: imageFit(card, model) }
}
