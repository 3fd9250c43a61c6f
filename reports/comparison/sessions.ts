import { labelOf, type MetricKey } from '../../harness/metrics/catalogue.ts'
import { type TurnResults, turnsOverTrials } from '../../harness/metrics/session/over-trials.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { trialsOfKind } from '../../harness/record/trials-of-kind.ts'
import type { Facts } from '../facts.ts'
import { withoutEmptyRows } from '../tables/empty-rows.ts'
import { metricCell, stampOf } from '../tables/figure-cell.ts'
import type { CardColumn, ScenarioRow, Selection } from '../tables/selection.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { cardMoney, hasFixedDemand, sessionMoney, unitCost } from './card-money.ts'

const metricsShown = [
  'finishedSessionsPerHour',
  'goodSessionShare',
  'sessionSecondsP50',
  'joulesPerFinishedSession',
] as const satisfies readonly MetricKey[]

interface SessionRow {
  readonly scenario: ScenarioRow
  readonly figure: (typeof metricsShown)[number] | 'cost'
}

/** Whether a scenario is one of sessions. */
const hasSessions = ({ scenario: { load } }: RunRecord): boolean =>
  load.shape === 'closed' && 'session' in load && load.session !== undefined

/** Finished sessions: how many, how good, how long, at which energy and cost. Null without runs of sessions. */
export function sessionsTable(selection: Selection, facts: Facts): Table | null {
  const scenarios = selection.scenarios.filter(({ sample }) => hasSessions(sample))
  if (scenarios.length === 0) return null
  return withoutEmptyRows(
    buildTable({
      id: 'sessions',
      title: 'Sessions of several turns',
      groupBy: ['workload'],
      columns: [
        { id: 'workload', head: 'Workload', align: 'left', cell: ({ scenario }: SessionRow) => text(scenario.title) },
        { id: 'figure', head: 'Metric', align: 'left', cell: ({ figure }) => text(rowLabel(figure)) },
        ...selection.cards.map(
          (card): Column<SessionRow> => ({
            id: card.key,
            head: card.label,
            align: 'right',
            cell: ({ scenario, figure }) => {
              const run = selection.runOf(scenario.name, card.key)
              if (run === null) return missing(`${card.label}: no run of ${scenario.name} was given`)
              return figure === 'cost' ? costCell(scenario, card, selection, facts) : metricCell(run, figure)
            },
          }),
        ),
      ],
      rows: scenarios.flatMap((scenario) =>
        [...metricsShown, ...costOf(scenario)].map((figure): SessionRow => ({ scenario, figure })),
      ),
      rowId: ({ scenario, figure }) => `${scenario.name}-${figure}`,
      notes: [
        'A session is finished when its last turn has ended and every request of it was a success. Duration and goodput are of those that began in the same trial.',
        'Prices, years, tariff and utilisation are the same as in the economics table.',
      ],
    }),
    'figure',
  )
}

/** Users who pause ask for so much and no more: what one of their sessions costs would follow from how few they are. */
const costOf = (scenario: ScenarioRow): 'cost'[] => (hasFixedDemand(scenario) ? [] : ['cost'])

const rowLabel = (figure: SessionRow['figure']): string =>
  figure === 'cost' ? '£ per finished session' : labelOf(figure)

function costCell(scenario: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): Cell {
  const at = sessionMoney(cardMoney(card, selection, facts, scenario))
  const cost = unitCost(at, 1)
  if ('reason' in cost) return missing(cost.reason)
  const { value, ci95 } = cost.value
  // three significant digits: a session costs a fraction of a penny, or pence
  const digits = Math.min(9, Math.max(2, 2 - Math.floor(Math.log10(value))))
  const stamp = 'value' in at.run ? stampOf(at.run.value) : {}
  return { kind: 'money', valueGbp: value, digits, ...(ci95 ? { ci95 } : {}), ...stamp }
}

interface TurnRow {
  readonly scenario: ScenarioRow
  readonly card: CardColumn
  readonly run: RunRecord
  readonly turns: TurnResults
}

/** Latency and cache hits by the depth of a turn, for each run of sessions. Null without such runs. */
export function turnsTable(selection: Selection): Table | null {
  const rows = selection.scenarios.flatMap((scenario) =>
    selection.cards.flatMap((card): TurnRow[] => {
      const run = selection.runOf(scenario.name, card.key)
      return run === null ? [] : turnsOf(run).map((turns) => ({ scenario, card, run, turns }))
    }),
  )
  const [first] = rows
  if (first === undefined) return null
  // what is the same in every row stands in the title: a phone has room for few columns
  const isOneScenario = rows.every(({ scenario }) => scenario === first.scenario)
  const workload: Column<TurnRow> = {
    id: 'workload',
    head: 'Workload',
    align: 'left',
    cell: ({ scenario }) => text(scenario.title),
  }
  return buildTable({
    id: 'turns',
    title: isOneScenario ? `${TURNS_TITLE}: ${first.scenario.title}` : TURNS_TITLE,
    groupBy: ['card'],
    columns: [
      ...(isOneScenario ? [] : [workload]),
      { id: 'card', head: 'Card', align: 'left', cell: ({ card }: TurnRow) => text(card.label) },
      ...turnColumns<TurnRow>(({ run, turns }) => ({ run, turns })),
    ],
    rows,
    rowId: ({ scenario, card, turns }) => `${scenario.name}-${card.key}-${turns.fromTurn}`,
    notes: [TURNS_NOTE],
  })
}

/** The same for one run, as it is printed at its end; null where it has no sessions. */
export function runTurnsTable(run: RunRecord): Table | null {
  const rows = turnsOf(run)
  if (rows.length === 0) return null
  return buildTable({
    id: 'turns',
    title: TURNS_TITLE,
    columns: turnColumns<TurnResults>((turns) => ({ run, turns })),
    rows,
    rowId: ({ fromTurn }) => `turn-${fromTurn}`,
    notes: [TURNS_NOTE],
  })
}

const TURNS_TITLE = 'Latency by the turn of a session'
const TURNS_NOTE =
  'Means over the trials. TTFT and cache hits are of the requests whose first token arrived in the window, TPOT of those that completed in it. Cache hits by usage: the counters of a server have no turns.'

/** The values of a run by turn; none for other runs. */
export const turnsOf = (run: RunRecord): TurnResults[] => turnsOverTrials(trialsOfKind(run.trials, 'text'))

/** Turns as text: `1`, or `4 to 5`. */
const turnsText = ({ fromTurn, toTurn }: TurnResults): string =>
  fromTurn === toTurn ? String(fromTurn) : `${fromTurn} to ${toTurn}`

function turnColumns<Row>(of: (row: Row) => { run: RunRecord; turns: TurnResults }): Column<Row>[] {
  const figure = (
    id: string,
    head: string,
    value: (turns: TurnResults) => MetricResult,
    { digits, scale = 1 }: { readonly digits: number; readonly scale?: number },
  ): Column<Row> => ({
    id,
    head,
    align: 'right',
    cell: (row) => {
      const { run, turns } = of(row)
      return resultCell(value(turns), run, digits, scale)
    },
  })
  return [
    { id: 'turns', head: 'Turns', align: 'left', cell: (row) => text(turnsText(of(row).turns)) },
    figure('ttft-p50', 'TTFT p50 (ms)', (turns) => turns.ttftMsP50, { digits: 0 }),
    figure('ttft-p90', 'TTFT p90 (ms)', (turns) => turns.ttftMsP90, { digits: 0 }),
    figure('tpot-p50', 'TPOT p50 (ms)', (turns) => turns.tpotMsP50, { digits: 2 }),
    figure('hits', 'Cache hits (%)', (turns) => turns.cachedShare, { digits: 1, scale: 100 }),
    figure('prompt', 'Prompt tokens', (turns) => turns.promptTokens, { digits: 0 }),
    {
      id: 'requests',
      head: 'Requests',
      align: 'right',
      cell: (row) => {
        const { run, turns } = of(row)
        return { kind: 'number', value: turns.requests, unit: '', digits: 0, ...stampOf(run) }
      },
    },
  ]
}

function resultCell(result: MetricResult, run: RunRecord, digits: number, scale: number): Cell {
  if (result.mean === null) return missing(result.reason)
  const { mean, ci95 } = result
  return {
    kind: 'number',
    value: mean * scale,
    unit: '',
    digits,
    ...(ci95 ? { ci95: [ci95[0] * scale, ci95[1] * scale] as const } : {}),
    ...stampOf(run),
  }
}
