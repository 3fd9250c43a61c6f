import { askForPrice } from '../../harness/catalogue/prices.ts'
import { gbpPerUnits, type MoneyInputs, totalGbpPerYear } from '../../harness/metrics/cost.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isFixedDemand } from '../../harness/scenario/load-shape.ts'
import type { Facts, Known } from '../facts.ts'
import type { MoneyModel } from '../money-model.ts'
import { type Measured, measuredOf } from '../tables/figure-cell.ts'
import { mapInterval, ratioInterval } from '../tables/ratio-interval.ts'
import { type CardColumn, type ScenarioRow, type Selection, UNLISTED } from '../tables/selection.ts'
import { type PowerBasis, powerBasis } from './power-basis.ts'

const SECONDS_PER_HOUR = 3600

/** One card's run of a scenario with its costs; an unknown value is a reason. */
export interface CardMoney {
  readonly card: CardColumn
  readonly run: Known<RunRecord>
  /** GPUs that served; 1 where no inventory was taken. */
  readonly gpus: number
  readonly money: Known<MoneyInputs>
  /** Output rate over all streams, per second: output tokens, images or training steps. */
  readonly throughput: Known<Measured>
  /** Of the server where the basis of the comparison is that, of the GPU boards otherwise. */
  readonly power: Known<Measured>
  readonly basis: PowerBasis
}

/** Looks up the inputs of the costs of one card and scenario; at a fixed demand nothing is divided by the output. */
export function cardMoney(card: CardColumn, selection: Selection, facts: Facts, scenario: ScenarioRow): CardMoney {
  const run = selection.runOf(scenario.name, card.key)
  const known = run ? { value: run } : { reason: `${card.label}: no run of ${scenario.name} was given` }
  const at = moneyAt(card, known, facts, powerBasis(selection, scenario))
  return hasFixedDemand(scenario) ? { ...at, throughput: { reason: FIXED_DEMAND } } : at
}

/** Looks up the inputs of the costs of one run on a card, with the power of its server where that is the basis. */
export function moneyAt(
  card: CardColumn,
  run: Known<RunRecord>,
  facts: Facts,
  basis: PowerBasis = { scope: 'boards', unlike: [] },
): CardMoney {
  const gpus = 'value' in run ? gpusOf(run.value) : 1
  const server = basis.scope === 'server' ? (basis.powers.get(card.key) ?? null) : null
  return {
    card,
    run,
    gpus,
    money: moneyOf(card, gpus, facts, server?.idleW ?? null),
    throughput: 'reason' in run ? run : measuredOf(run.value, workloadUnit(run.value.scenario.kind).rate),
    power: server !== null ? { value: server.load } : 'reason' in run ? run : measuredOf(run.value, 'meanPowerW'),
    basis,
  }
}

/** GPUs that served a run; 1 where no inventory was taken. */
export const gpusOf = ({ gpus }: RunRecord): number => Math.max(1, servingGpus(gpus).length)

/** The costs of one card per finished session: its output rate is that of sessions. */
export function sessionMoney(at: CardMoney): CardMoney {
  if ('value' in at.run && isFixedDemand(at.run.value.scenario.load)) return at
  const found = 'reason' in at.run ? at.run : measuredOf(at.run.value, 'finishedSessionsPerHour')
  if ('reason' in found) return { ...at, throughput: found }
  const { value, ci95 } = found.value
  const perS = (perHour: number) => perHour / SECONDS_PER_HOUR
  return { ...at, throughput: { value: { value: perS(value), ci95: ci95 && [perS(ci95[0]), perS(ci95[1])] } } }
}

/** GBP per priced unit (a million output tokens, 1,000 images, a step), or per `count` units; or why it is unknown. */
export function unitCost(at: CardMoney, count?: number): Known<Measured> {
  if ('reason' in at.money) return at.money
  if ('reason' in at.throughput) return at.throughput
  if ('reason' in at.power) return at.power
  const inputs = at.money.value
  const [throughput, power] = [at.throughput.value, at.power.value]
  if ('reason' in at.run) return at.run
  const priced = count ?? workloadUnit(at.run.value.scenario.kind).count
  const gbp = gbpPerUnits(throughput.value, priced, power.value, inputs)
  const totalGbp = totalGbpPerYear(power.value, inputs)
  if (gbp === null || totalGbp === null) return { reason: DIVIDES_BY_ZERO }
  const totalCi95 = mapInterval(power, (watts) => totalGbpPerYear(watts, inputs))
  const interval = ratioInterval({ value: totalGbp, ci95: totalCi95 }, throughput)
  // That of total / throughput, scaled to a million tokens at this utilisation.
  const scale = gbp / (totalGbp / throughput.value)
  return { value: { value: gbp, ci95: interval && [interval[0] * scale, interval[1] * scale] } }
}

/** The inputs of the economics of a scenario, as plain numbers. */
export function moneyModel(selection: Selection, facts: Facts, scenario: ScenarioRow): MoneyModel {
  return {
    ...facts.money,
    powerOf: powerBasis(selection, scenario).scope,
    workload: scenario.title,
    cards: selection.cards.map((card) => {
      const at = cardMoney(card, selection, facts, scenario)
      const price = facts.priceGbp(card.key)
      const idleW = idleOf(at, facts)
      const vramGb = facts.card(card.key)?.vramGb?.value
      return {
        id: card.key,
        label: card.label,
        priceGbp: price === null ? null : price.value * at.gpus,
        idleW,
        meanPowerW: 'value' in at.power ? at.power.value.value : null,
        outputTokensPerS: 'value' in at.throughput ? at.throughput.value.value : null,
        outputTokensPerSCi95: 'value' in at.throughput ? at.throughput.value.ci95 : null,
        vramGb: vramGb === undefined ? null : vramGb * at.gpus,
      }
    }),
  }
}

/** Idle power of the server, or of all boards by the catalogue; null where it is not known. */
function idleOf({ basis, card, gpus }: CardMoney, facts: Facts): number | null {
  if (basis.scope === 'server') return basis.powers.get(card.key)?.idleW ?? null
  const idleW = facts.card(card.key)?.idleW?.value
  return idleW === undefined ? null : idleW * gpus
}

/** A column without a key of the catalogue has none of its own. */
const pricedCard = ({ key, label }: CardColumn) => ({ key: key.startsWith(UNLISTED) ? null : key, label })

/** Whether a row has a fixed demand: its output per second says what was asked for. */
export const hasFixedDemand = ({ sample }: ScenarioRow): boolean => isFixedDemand(sample.scenario.load)

/** Why nothing is divided by the output of a fixed demand, and no ratio of two such outputs is made. */
export const FIXED_DEMAND = 'the demand is fixed: output follows from it, whatever the card can do'

/** The cost that decides a workload: GBP per month at a fixed demand, else per priced unit; or why it is unknown. */
export const decidingCost = (at: CardMoney, scenario: ScenarioRow): Known<Measured> =>
  hasFixedDemand(scenario) ? monthlyCost(at) : unitCost(at)

const MONTHS_PER_YEAR = 12

/** GBP per month of owning a card, and of its electricity at the power measured; or why it is unknown. */
export function monthlyCost(at: CardMoney): Known<Measured> {
  if ('reason' in at.money) return at.money
  if ('reason' in at.power) return at.power
  const inputs = at.money.value
  const monthly = (watts: number) => {
    const gbp = totalGbpPerYear(watts, inputs)
    return gbp === null ? null : gbp / MONTHS_PER_YEAR
  }
  const value = monthly(at.power.value.value)
  if (value === null) return { reason: DIVIDES_BY_ZERO }
  return { value: { value, ci95: mapInterval(at.power.value, monthly) } }
}

export const DIVIDES_BY_ZERO = 'divides by zero: check throughput, utilisation and years'

/** The inputs of the costs of so many cards, or why there are none. */
export function moneyOf(
  card: CardColumn,
  gpus: number,
  facts: Facts,
  serverIdleW: number | null = null,
): Known<MoneyInputs> {
  const price = facts.priceGbp(card.key)
  const idleW = facts.card(card.key)?.idleW?.value
  if (price === null) return { reason: askForPrice(pricedCard(card), `--price ${card.key}=GBP`) }
  if (serverIdleW !== null) return { value: { ...facts.money, priceGbp: price.value * gpus, idleW: serverIdleW } }
  if (idleW === undefined && facts.money.utilisation < 1) {
    return { reason: `idle power of ${card.label} unknown` }
  }
  return { value: { ...facts.money, priceGbp: price.value * gpus, idleW: (idleW ?? 0) * gpus } }
}
