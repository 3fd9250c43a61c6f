import { comparedMetric } from '../../../harness/metrics/catalogue.ts'
import { counted } from '../../../harness/units.ts'
import type { FleetMetric, Spreads } from '../../../harness/verdict/fleet/fleet-values.ts'
import { familyLevels } from '../../../harness/verdict/fleet/levels.ts'
import { verdictTones } from '../../compare/words.ts'
import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import type { FleetComparison } from '../fleet-comparison.ts'

/** The tables of a comparison beside its heat map: the fleet in every metric, single units, what changed. */
export function fleetTables(comparison: FleetComparison): Table[] {
  const { groups, simulated } = comparison
  return [
    changesTable(comparison),
    ...groups.map(({ column, card, metrics, verdict }, at) =>
      buildTable<FleetMetric>({
        id: `fleet-${at + 1}`,
        title: `The fleet, ${column.title} on ${card}: ${verdict}`,
        rows: metrics,
        rowId: ({ key }) => key,
        columns: [
          { id: 'metric', head: 'Metric', align: 'left', cell: ({ key }) => text(comparedMetric(key).label) },
          { id: 'servers', head: 'Servers', align: 'right', cell: ({ boxes }) => number(boxes, 0) },
          { id: 'change', head: 'Change', align: 'right', cell: (metric) => changeCell(metric, simulated) },
          {
            id: 'verdict',
            head: 'Verdict',
            align: 'left',
            cell: ({ change, verdict: word, reason }) =>
              change === null ? missing(reason) : text(word, verdictTones[word]),
          },
          { id: 'why', head: 'Why', align: 'left', cell: ({ reason }) => text(reason) },
          {
            id: 'spread',
            head: 'Spread of servers, starts, trials',
            align: 'left',
            cell: ({ spreads }) => text(spreadText(spreads)),
          },
        ],
      }),
    ),
    ...unitTables(comparison),
    methodTable(comparison),
  ]
}

const number = (value: number, digits: number): Cell => ({ kind: 'number', value, unit: '', digits })

function changeCell({ change, reason }: Pick<FleetMetric, 'change' | 'reason'>, simulated: boolean): Cell {
  if (change === null) return missing(reason)
  return {
    ...{ kind: 'number', value: 100 * change.value, unit: '%', digits: 1 },
    ci95: [100 * change.ci95[0], 100 * change.ci95[1]],
    ...(simulated ? { simulated } : {}),
  }
}

const spreadText = ({ boxes, starts, trials }: Spreads): string =>
  [boxes, starts, trials].map((share) => (share === null ? 'not repeated' : `${(100 * share).toFixed(2)} %`)).join(', ')

function changesTable({ changes, units, notes }: FleetComparison): Table {
  const rows = changes.length > 0 ? changes : [{ id: 'none', label: 'nothing that is recorded', before: '', after: '' }]
  return buildTable({
    id: 'fleet-changes',
    title: 'What changed on most units',
    rows,
    rowId: ({ id }) => id,
    columns: [
      { id: 'field', head: 'Setting', align: 'left', cell: ({ label }) => text(label) },
      { id: 'before', head: 'Before', align: 'left', cell: ({ before }) => text(before) },
      { id: 'after', head: 'After', align: 'left', cell: ({ after }) => text(after) },
    ],
    notes: [
      `${counted(units.length, 'unit')}: a card, or a set of cards that serve together, paired by GPU UUID.`,
      ...notes,
    ],
  })
}

/** Every finding about a single unit. */
function unitTables({ units, cells, columns, low, simulated }: FleetComparison): Table[] {
  const nameOf = (id: string) => units.find((unit) => unit.id === id)!.name
  const titleOf = (id: string) => columns.find((column) => column.id === id)!.title
  const metrics = cells.flatMap(({ unit, column, metrics: own }) => {
    const lost = own.filter(({ key, verdict }) => verdict === 'regressed' && comparedMetric(key).comparison.decides)
    // one quantity in two forms is one loss
    const each = Map.groupBy(lost, ({ key }) => comparedMetric(key).comparison.hypothesis)
    return [...each.values()].map(([metric]) => ({ unit, column, metric: metric! }))
  })
  const worse =
    metrics.length === 0
      ? []
      : [
          buildTable({
            id: 'fleet-units',
            title: 'Units that lost against their own baseline',
            rows: metrics,
            rowId: ({ unit, column, metric }) => `${unit} ${column} ${metric.key}`,
            columns: [
              { id: 'unit', head: 'Unit', align: 'left', cell: ({ unit }) => text(nameOf(unit)) },
              { id: 'scenario', head: 'Scenario', align: 'left', cell: ({ column }) => text(titleOf(column)) },
              {
                id: 'metric',
                head: 'Metric',
                align: 'left',
                cell: ({ metric }) => text(comparedMetric(metric.key).label),
              },
              { id: 'change', head: 'Change', align: 'right', cell: ({ metric }) => changeCell(metric, simulated) },
              { id: 'why', head: 'Why', align: 'left', cell: ({ metric }) => text(metric.reason) },
            ],
          }),
        ]
  return [...worse, ...lowTable(low, nameOf, titleOf, simulated)]
}

type Low = FleetComparison['low'][number]

/** Figures below those of the siblings. */
export function lowTable(
  low: readonly (Omit<Low, 'wasBefore'> & { readonly wasBefore?: boolean })[],
  nameOf: (unit: string) => string,
  titleOf: (column: string) => string,
  simulated: boolean,
): Table[] {
  if (low.length === 0) return []
  return [
    buildTable({
      id: 'fleet-siblings',
      title: 'Units below their siblings',
      rows: low,
      rowId: ({ unit, column, metric }) => `${unit} ${column} ${metric}`,
      columns: [
        { id: 'unit', head: 'Unit', align: 'left', cell: ({ unit }) => text(nameOf(unit)) },
        { id: 'scenario', head: 'Scenario', align: 'left', cell: ({ column }) => text(titleOf(column)) },
        { id: 'figure', head: 'Figure', align: 'left', cell: ({ label }) => text(label) },
        {
          id: 'below',
          head: 'Worse by',
          align: 'right',
          cell: ({ worseBy, margin }) => ({
            kind: 'text',
            text: `${(100 * worseBy).toFixed(1)} %`,
            detail: `margin ${(100 * margin).toFixed(1)} %`,
            tone: 'bad',
            ...(simulated ? { simulated } : {}),
          }),
        },
        {
          id: 'cause',
          head: 'Likely cause',
          align: 'left',
          cell: ({ cause, wasBefore }) =>
            text(
              [cause ?? 'nothing that is recorded differs', ...(wasBefore ? ['as before the change'] : [])].join('; '),
            ),
        },
      ],
      notes: [
        'Against the median of the units with the same card, driver and engine, with a margin that is corrected for the number of units and figures.',
      ],
    }),
  ]
}

function methodTable({ smallestEffect, smallestFleetEffect }: FleetComparison): Table {
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`
  const rows = [
    {
      what: 'The fleet',
      how: `Trimmed mean over the servers of the change of each; its spread is that between servers. Regressed or improved: ${percent(smallestFleetEffect)} or more, and significant.`,
      level: familyLevels.fleet,
    },
    {
      what: 'A unit against its own baseline',
      how: `Its starts after against those before; their variance is moderated by that of all units. Regressed or improved: ${percent(smallestEffect)} or more, and significant.`,
      level: familyLevels.ownBaseline,
    },
    {
      what: 'A unit against its siblings',
      how: 'Its figures against the median of the others.',
      level: familyLevels.siblings,
    },
  ]
  return buildTable({
    id: 'fleet-method',
    title: 'How this was judged',
    rows,
    rowId: ({ what }) => what,
    columns: [
      { id: 'what', head: 'Question', align: 'left', cell: ({ what }) => text(what) },
      { id: 'how', head: 'Method', align: 'left', cell: ({ how }) => text(how) },
      {
        id: 'level',
        head: 'Chance of any false alarm',
        align: 'left',
        cell: ({ level }) => text(`${percent(level)} over all units, scenarios and metrics`),
      },
    ],
    notes: [
      'Together at most 5 % of fleets in which nothing was lost have any false alarm. Intervals are 95 % intervals of single figures, without adjustment.',
      'What all servers have in common besides the change, such as a warmer room or another version of joulemark, is taken for the change.',
    ],
  })
}
