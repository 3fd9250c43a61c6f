import { missingText } from '../../harness/catalogue/own/known.ts'
import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import {
  annualElectricityGbp,
  capexGbpPerYear,
  gbpPerGbVram,
  gbpPerTokensPerS,
  type MoneyInputs,
  totalGbpPerYear,
} from '../../harness/metrics/cost.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import { connectionsOf } from '../../harness/scenario/load-shape.ts'
import type { Facts } from '../facts.ts'
import { type MoneyRowId, moneyRowDigits, moneyRowLabels } from '../tables/economics-rows.ts'
import { figureCell, stampOf } from '../tables/figure-cell.ts'
import { mapInterval } from '../tables/ratio-interval.ts'
import type { ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, type CellMarks, type Interval, missing, type Table, text } from '../tables/table.ts'
import { type CardMoney, cardMoney, DIVIDES_BY_ZERO, hasFixedDemand, unitCost } from './card-money.ts'
import { economicsNotes, economicsSources } from './economics-notes.ts'
import { type PowerBasis, powerBasis } from './power-basis.ts'

const DEFAULT_SCENARIO = 'llama-3.1-8b-fp8-batch32'

interface MetricRow {
  readonly id: string
  readonly label: string
  readonly cell: (at: CardMoney) => Cell
}

/** The scenario of the economics: the article's batch 32, otherwise the busiest one that most cards ran. */
export function economicsScenario(selection: Selection): ScenarioRow | null {
  const covered = (row: ScenarioRow) => selection.cards.filter((card) => selection.runOf(row.name, card.key)).length
  const rank = (row: ScenarioRow) =>
    row.name === DEFAULT_SCENARIO
      ? 1e9
      : // at a fixed demand there is no cost per token
        (hasFixedDemand(row) ? 0 : 1e8) + covered(row) * 1e5 + connectionsOf(row.sample.scenario.load)
  const priced = selection.scenarios.filter(({ sample }) => sample.scenario.kind === 'text')
  return priced.toSorted((a, b) => rank(b) - rank(a))[0] ?? null
}

/**
 * The article's "Power and £/token economics", its nine rows and £ per million output tokens, for one scenario.
 * Formulas: docs/metrics.md#money, from the exact figures and never from rounded cells.
 */
export function economicsTable(selection: Selection, facts: Facts, scenario: ScenarioRow): Table {
  const columns = selection.cards.map((card) => cardMoney(card, selection, facts, scenario))
  return buildTable({
    id: 'economics',
    title: 'Power and cost per token',
    columns: [
      { id: 'metric', head: 'Metric', align: 'left', cell: (row: MetricRow) => text(row.label) },
      ...columns.map((at) => ({
        id: at.card.key,
        head: at.card.label,
        align: 'right' as const,
        cell: (row: MetricRow) => row.cell(at),
      })),
    ],
    rows: metricRows(facts, scenario, powerBasis(selection, scenario)),
    rowId: (row) => row.id,
    notes: economicsNotes(facts, { selection, scenario }, columns),
    sources: economicsSources(facts, { selection, scenario }, columns),
  })
}

function metricRows(facts: Facts, scenario: ScenarioRow, { scope }: PowerBasis): MetricRow[] {
  return [
    { id: 'tdp', label: 'TDP', cell: (at) => catalogueWatts(at, facts) },
    {
      id: 'sustained-power',
      label: `${metrics.meanPowerW.label}, ${scenario.title}`,
      cell: (at) => resultCell(at, 'meanPowerW', 0),
    },
    { id: 'tokens-per-joule', label: metrics.tokensPerJ.label, cell: (at) => resultCell(at, 'tokensPerJ', 2) },
    ...(scope === 'server' ? serverRows : []),
    { id: 'price', label: 'UK price', cell: (at) => ofMoney(at, 'price', (money) => money.priceGbp) },
    { id: 'gbp-per-tps', label: '£ per token/s, all streams', cell: (at) => ofThroughput(at) },
    { id: 'gbp-per-gb', label: '£ per GB VRAM', cell: (at) => perGb(at, facts) },
    {
      id: 'annual-electricity',
      label: moneyRowLabels['annual-electricity'](facts.money),
      cell: (at) => ofPower(at, 'annual-electricity', annualElectricityGbp),
    },
    {
      id: 'capex-per-year',
      label: moneyRowLabels['capex-per-year'](facts.money),
      cell: (at) => ofMoney(at, 'capex-per-year', capexGbpPerYear),
    },
    { id: 'total-per-year', label: 'Total, £ per year', cell: (at) => ofPower(at, 'total-per-year', totalGbpPerYear) },
    { id: 'gbp-per-million-tokens', label: `£ per ${workloadUnit('text').priced}`, cell: (at) => costCell(at) },
  ]
}

/** The same of the whole server, where the electricity rests on it. */
const serverRows: readonly MetricRow[] = (['serverPowerW', 'serverTokensPerJ'] as const).map((key) => ({
  id: key === 'serverPowerW' ? 'server-power' : 'server-tokens-per-joule',
  label: metrics[key].label,
  cell: (at) => resultCell(at, key, key === 'serverPowerW' ? 0 : 2),
}))

const resultCell = (at: CardMoney, key: MetricKey, digits: number): Cell =>
  'reason' in at.run ? missing(at.run.reason) : figureCell(at.run.value, key, digits)

function catalogueWatts(at: CardMoney, facts: Facts): Cell {
  const tdpW = facts.card(at.card.key)?.tdpW?.value
  if (tdpW === undefined) return missing(unknownOf(at, facts, 'tdpW'))
  return { kind: 'number', value: tdpW * at.gpus, unit: 'W', digits: 0 }
}

function perGb(at: CardMoney, facts: Facts): Cell {
  const vramGb = facts.card(at.card.key)?.vramGb?.value
  if (vramGb === undefined) return missing(unknownOf(at, facts, 'vramGb'))
  return ofMoney(at, 'gbp-per-gb', (money) => gbpPerGbVram(money.priceGbp, vramGb * at.gpus))
}

/** Why a value of a card is missing: the card is not known at all, or this value of it. */
function unknownOf({ card }: CardMoney, facts: Facts, field: string): string {
  const entry = facts.card(card.key)
  return entry === null ? `${card.label} is not in the catalogue` : missingText(entry, [field])
}

/** A value from prices alone: not measured, so neither interval nor mark. */
function ofMoney(at: CardMoney, row: MoneyRowId, of: (money: MoneyInputs) => number | null): Cell {
  if ('reason' in at.money) return missing(at.money.reason)
  return money(of(at.money.value), row, null, {})
}

function ofPower(at: CardMoney, row: MoneyRowId, of: (loadW: number, inputs: MoneyInputs) => number | null): Cell {
  if ('reason' in at.money) return missing(at.money.reason)
  if ('reason' in at.power) return missing(at.power.reason)
  const inputs = at.money.value
  const power = at.power.value
  return money(
    of(power.value, inputs),
    row,
    mapInterval(power, (watts) => of(watts, inputs)),
    stamp(at),
  )
}

function ofThroughput(at: CardMoney): Cell {
  if ('reason' in at.money) return missing(at.money.reason)
  if ('reason' in at.throughput) return missing(at.throughput.reason)
  const { priceGbp } = at.money.value
  const throughput = at.throughput.value
  const ci95 = mapInterval(throughput, (tokensPerS) => gbpPerTokensPerS(priceGbp, tokensPerS))
  return money(gbpPerTokensPerS(priceGbp, throughput.value), 'gbp-per-tps', ci95, stamp(at))
}

/** GBP per million output tokens of a run of text. */
export function costCell(at: CardMoney): Cell {
  const cost = unitCost(at)
  return 'reason' in cost
    ? missing(cost.reason)
    : money(cost.value.value, 'gbp-per-million-tokens', cost.value.ci95, stamp(at))
}

const stamp = (at: CardMoney) => ('reason' in at.run ? {} : stampOf(at.run.value))

function money(valueGbp: number | null, row: MoneyRowId, ci95: Interval | null, marks: CellMarks): Cell {
  if (valueGbp === null) return missing(DIVIDES_BY_ZERO)
  return { kind: 'money', valueGbp, digits: moneyRowDigits[row], ...(ci95 ? { ci95 } : {}), ...marks }
}
