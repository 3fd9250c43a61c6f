import { comparedMetric, type MetricKey } from '../../../harness/metrics/catalogue.ts'
import { counted } from '../../../harness/units.ts'
import type { CardStep } from '../../../harness/verdict/history/card-history.ts'
import type { SettingChange } from '../../../harness/verdict/history/history-values.ts'
import { SMALLEST_STEP } from '../../../harness/verdict/history/series-history.ts'
import type { WithInterval } from '../../../harness/verdict/verdict.ts'
import { signedPercent } from '../../compare/words.ts'
import { buildTable, type Cell, type Table, text } from '../../tables/table.ts'
import { type FleetHistory, isOfAll } from './fleet-history.ts'

/** A line of either table. */
interface Line {
  readonly id: string
  readonly who: string
  readonly scenario: string
  readonly metric: MetricKey
  readonly when: string
  readonly change: WithInterval
  readonly why: string
  readonly isShown: boolean
}

/** Steps with what brought them, and trends. */
export function historyTables(history: FleetHistory): Table[] {
  return [stepsTable(history), trendsTable(history)]
}

/** What all cards of a model lost or gained with a change of their settings, in a sentence; empty for nothing. */
export function historySentence({ columns }: FleetHistory): string {
  const shown = columns.flatMap(({ title, card, metric, whole }) =>
    whole.steps
      .filter((step) => isShownStep(step))
      .map(
        ({ settings, boxes, change }) =>
          `${settingsText(settings)} came with ${signedPercent(change.value)} in ${comparedMetric(metric).label} on ${counted(boxes, 'server')} with ${card} in ${title}`,
      ),
  )
  return shown.length === 0
    ? ''
    : ` Over time: ${shown.slice(0, 3).join('; ')}${shown.length > 3 ? `, and ${counted(shown.length - 3, 'more step')}` : ''}.`
}

const isShownStep = ({ pAdjusted, change }: CardStep): boolean =>
  pAdjusted <= 0.05 && Math.abs(change.value) >= SMALLEST_STEP

const day = (since: string, atDays: number): string =>
  new Date(Date.parse(since) + atDays * 86_400_000).toISOString().slice(0, 10)

const settingsText = (changes: readonly SettingChange[]): string =>
  changes.length === 0
    ? 'nothing that is recorded changed'
    : changes.map(({ setting, before, after }) => `${setting} ${before} to ${after}`).join(', ')

function stepsTable(history: FleetHistory): Table {
  const { columns, since } = history
  const lines = columns.flatMap(({ id, title, card, metric, units, whole }): Line[] => [
    ...whole.steps.map((step, at) => ({
      ...{
        id: `${id} ${at}`,
        who: `${step.boxes} servers with ${card}`,
        scenario: title,
        metric,
      },
      ...{ when: `from ${day(since, step.atDays)}`, change: step.change, why: settingsText(step.settings) },
      isShown: isShownStep(step),
    })),
    ...units.flatMap(({ unit, found }) =>
      found.steps
        .filter((step) => !isOfAll(step, whole))
        .map((step) => ({
          ...{ id: `${id} ${unit.id} ${step.index}`, who: unit.name, scenario: title, metric },
          ...{ when: day(since, step.atDays), change: step.change, why: settingsText(step.settings), isShown: true },
        })),
    ),
  ])
  if (lines.length === 0) return emptyTable('fleet-steps', 'Steps over time', 'no step is shown')
  return buildTable<Line>({
    id: 'fleet-steps',
    title: 'Steps over time',
    rows: lines,
    rowId: ({ id }) => id,
    columns: [
      ...who,
      { id: 'when', head: 'When', align: 'left', cell: ({ when }) => text(when) },
      { id: 'change', head: 'Change', align: 'right', cell: (line) => changeCell(line, history.simulated) },
      { id: 'shown', head: 'Verdict', align: 'left', cell: verdictCell },
      { id: 'why', head: 'What changed there', align: 'left', cell: ({ why }) => text(why) },
    ],
    notes: [
      'Lines of several servers: what a change of the settings did to all cards that had it, whenever each had it. Lines of a unit: steps that its own history shows and that are not those of all cards.',
      `Any step of a unit that is not there: in at most 5 of 100 fleets. Smaller steps than ${(100 * SMALLEST_STEP).toFixed(0)} % are not named. A step is a coincidence in time with its setting, no proof of a cause.`,
    ],
  })
}

function trendsTable(history: FleetHistory): Table {
  const { columns, trendLevel } = history
  const lines = columns.flatMap(({ id, title: scenario, card, metric, units, whole }): Line[] => {
    const of = units.flatMap(({ unit, found: { trend } }) =>
      trend === null || (trend.p > trendLevel && units.length > FEW_UNITS)
        ? []
        : [{ id: `${id} ${unit.id}`, who: unit.name, change: trend.perYear, isShown: trend.p <= trendLevel }],
    )
    const all =
      whole.trend === null
        ? []
        : [
            {
              ...{
                id,
                who: `${whole.trend.boxes} servers with ${card}`,
                change: whole.trend.perYear,
              },
              isShown: whole.trend.p <= 0.05 / columns.length,
            },
          ]
    return [...all, ...of].map((line) => ({ ...line, scenario, metric, when: '', why: '' }))
  })
  const reasons = new Set(columns.flatMap(({ units }) => units.flatMap(({ found }) => found.reason ?? [])))
  const title = 'Ageing: change per year besides the steps'
  if (lines.length === 0)
    return emptyTable('fleet-trends', title, ['no trend is shown', ...reasons].slice(0, 4).join('; '))
  return buildTable<Line>({
    id: 'fleet-trends',
    title,
    rows: lines,
    rowId: ({ id }) => id,
    columns: [
      ...who,
      { id: 'change', head: 'Per year', align: 'right', cell: (line) => changeCell(line, history.simulated) },
      { id: 'shown', head: 'Verdict', align: 'left', cell: verdictCell },
    ],
    notes: [
      'Of many units only those are listed whose trend is significant over all units and scenarios (5 %). Cooling that ages, dust and dried thermal paste are slow; a season is slow too.',
      ...(reasons.size === 0 ? [] : [`Units without a trend: ${[...reasons].slice(0, 3).join('; ')}.`]),
    ],
  })
}

/** Up to so many units, each is listed. */
const FEW_UNITS = 4

const emptyTable = (id: string, title: string, why: string): Table =>
  buildTable({
    ...{ id, title, rows: [why], rowId: () => 'none' },
    columns: [{ id: 'why', head: 'Result', align: 'left', cell: (reason) => text(reason) }],
  })

const who = [
  { id: 'who', head: 'Unit', align: 'left' as const, cell: ({ who: name }: Line) => text(name) },
  { id: 'scenario', head: 'Scenario', align: 'left' as const, cell: ({ scenario }: Line) => text(scenario) },
  {
    id: 'metric',
    head: 'Metric',
    align: 'left' as const,
    cell: ({ metric }: Line) => text(comparedMetric(metric).shortLabel),
  },
]

const changeCell = ({ change }: Line, simulated: boolean): Cell => ({
  ...{ kind: 'number', value: 100 * change.value, unit: '%', digits: 1 },
  ci95: [100 * change.ci95[0], 100 * change.ci95[1]],
  ...(simulated ? { simulated } : {}),
})

function verdictCell({ metric, change, isShown }: Line): Cell {
  if (!isShown) return text('not shown')
  const isWorse = comparedMetric(metric).better === 'higher' ? change.value < 0 : change.value > 0
  return isWorse ? text('worse', 'bad') : text('better', 'good')
}
