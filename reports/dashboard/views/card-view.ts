import { median } from 'simple-statistics'
import { labelOf, metrics } from '../../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { catalogueFacts } from '../../catalogue-facts.ts'
import { isUsable } from '../../compare/pair.ts'
import { unitOf, unitsOf } from '../../fleet/boxes.ts'
import { heatSection } from '../../fleet/heat/heat-section.ts'
import { type Column, columnOf, columnsOf } from '../../fleet/matrix.ts'
import { type FleetStanding, standingHeatMap, standingSentence } from '../../fleet/standing/standing.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { html } from '../../render/html/template.ts'
import { measuredOf, metricCell, stampOf } from '../../tables/figure-cell.ts'
import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import type { Links, RunSource } from '../page/links.ts'
import { count, linkCell, portionLine } from '../page/parts.ts'
import type { View } from '../page/shell.ts'

/** One model of card: the newest runs of every unit with it, oldest first. */
export interface CardPageData {
  readonly card: string
  readonly runs: readonly ViewedRun[]
  readonly asked: number
  readonly standing: FleetStanding
  readonly source: RunSource
}

/** Every box of a card: how far apart they are, what the card could do at most, and the figures of each. */
export function cardView({ card, runs, asked, standing, source }: CardPageData, links: Links): View {
  const hosts = new Map(standing.units.map(({ id, host }) => [id, host]))
  const map = heatSection(standingHeatMap(standing), 'Difference from the siblings', {
    simulated: standing.simulated,
    links: {
      row: (id) => (hosts.has(id) ? links.server(hosts.get(id)!) : null),
      column: ({ scenario }) => links.scenario(scenario),
    },
  })
  return {
    title: `Card ${card}`,
    section: 'cards',
    simulated: source === 'simulated',
    body: html`<p class="answer">${standingSentence(standing)}</p>
${portionLine(runs.length, asked)}
${tableSection(spreadTable(runs, links))}
${map}
${tableSection(unitsTable(runs, links))}`,
  }
}

/** The newest usable run of each unit, by column. */
function newestOf(runs: readonly ViewedRun[]): Map<string, Map<string, ViewedRun>> {
  const found = new Map<string, Map<string, ViewedRun>>()
  for (const run of runs.filter(({ record }) => isUsable(record))) {
    const id = columnOf(run.record).id
    found.set(id, (found.get(id) ?? new Map<string, ViewedRun>()).set(unitOf(run.record), run))
  }
  return found
}

function spreadTable(runs: readonly ViewedRun[], links: Links): Table {
  const newest = newestOf(runs)
  const facts = catalogueFacts()
  const rows = columnsOf(runs.map(({ record }) => record)).flatMap((column) => {
    const own = [...(newest.get(column.id)?.values() ?? [])]
    const [first] = own
    if (first === undefined) return []
    const metric = headlineMetric(first.record.scenario)
    const values = own.flatMap(({ record }) => {
      const known = measuredOf(record, metric)
      return 'value' in known ? [known.value.value] : []
    })
    return [{ column, metric, values, own, limit: facts.limit(first.record) }]
  })
  type Row = (typeof rows)[number]
  const figure =
    (of: (values: number[]) => number) =>
    (row: Row): Cell => {
      if (row.values.length === 0) return missing('no run has this figure')
      const { unit, digits, shownAs } = metrics[row.metric]
      const stamp = stampOf(...row.own.map(({ record }) => record))
      return {
        kind: 'number',
        value: of(row.values) * (shownAs?.scale ?? 1),
        unit: shownAs?.unit ?? unit,
        digits,
        ...stamp,
      }
    }
  return buildTable<Row>({
    id: 'spread',
    title: 'Spread between the units',
    rows,
    rowId: ({ column }) => column.id,
    columns: [
      {
        id: 'scenario',
        head: 'Scenario',
        align: 'left',
        cell: ({ column, metric }) => linkCell(column.title, links.scenario(column.scenario), labelOf(metric)),
      },
      { id: 'units', head: 'Units', align: 'right', cell: ({ values }) => count(values.length) },
      { id: 'lowest', head: 'Lowest', align: 'right', cell: figure((values) => Math.min(...values)) },
      { id: 'median', head: 'Median', align: 'right', cell: figure(median) },
      { id: 'highest', head: 'Highest', align: 'right', cell: figure((values) => Math.max(...values)) },
      {
        id: 'spread',
        head: 'Highest - lowest',
        align: 'right',
        cell: ({ values }) =>
          values.length < 2
            ? missing('one unit has no spread')
            : {
                kind: 'number',
                value: (100 * (Math.max(...values) - Math.min(...values))) / median(values),
                unit: '% of the median',
                digits: 1,
              },
      },
      {
        id: 'limit',
        head: 'Physical limit',
        align: 'right',
        cell: ({ limit, metric }) =>
          'reason' in limit
            ? missing(limit.reason)
            : { kind: 'number', value: limit.value.value, unit: metrics[metric].unit, digits: metrics[metric].digits },
      },
      {
        id: 'bound',
        head: 'Bound by',
        align: 'left',
        cell: ({ limit }) => text('reason' in limit ? '—' : limit.value.bound),
      },
    ],
    notes: [
      'The newest complete run of each unit. The limit is that of the newest run of the first unit: docs/metrics.md#physical-limit.',
    ],
  })
}

function unitsTable(runs: readonly ViewedRun[], links: Links): Table {
  const newest = newestOf(runs)
  const records = runs.map(({ record }) => record)
  return buildTable({
    id: 'units',
    title: 'Newest headline figure of each unit',
    rows: unitsOf(records),
    rowId: ({ id }) => id,
    columns: [
      { id: 'unit', head: 'Unit', align: 'left', cell: ({ name, host }) => linkCell(name, links.server(host)) },
      ...columnsOf(records).map((column: Column) => ({
        ...{ id: column.id, head: column.title, align: 'right' as const },
        cell: ({ id }: { readonly id: string }): Cell => {
          const run = newest.get(column.id)?.get(id)
          if (run === undefined) return missing('no complete run')
          return metricCell(run.record, headlineMetric(run.record.scenario))
        },
      })),
    ],
  })
}
