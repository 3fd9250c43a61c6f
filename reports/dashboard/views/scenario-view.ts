import type { ViewedRun } from '../../../harness/store/view/records.ts'
import type { FleetHistory } from '../../fleet/history/fleet-history.ts'
import { historyCharts } from '../../fleet/history/history-charts.ts'
import { historySentence, historyTables } from '../../fleet/history/history-tables.ts'
import { chartSections } from '../../render/html/chart-figure.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { html, joined, nothing } from '../../render/html/template.ts'
import { text } from '../../tables/table.ts'
import type { Links, RunSource } from '../page/links.ts'
import { linkCell, portionLine } from '../page/parts.ts'
import type { View } from '../page/shell.ts'
import { runsTable } from './run-rows.ts'

/** One scenario over time: its runs on every unit, oldest first. */
export interface ScenarioPageData {
  readonly name: string
  readonly runs: readonly ViewedRun[]
  readonly asked: number
  /** Null where no run is sound. */
  readonly history: FleetHistory | null
  readonly unreadable: readonly string[]
  readonly source: RunSource
}

/** Runs in the list of a scenario. */
const MOST_LISTED = 40

/** A scenario: what its figures did over time, with the driver, engine, power limit or kernel that each step came with. */
export function scenarioView({ name, runs, asked, history, unreadable, source }: ScenarioPageData, links: Links): View {
  const sentence = history === null ? '' : historySentence(history).trim()
  const charts = history === null ? [] : historyCharts(history)
  const tables = [
    ...(history === null ? [] : historyTables(history)),
    runsTable({ id: 'runs', title: 'Newest runs', runs: runs.slice(-MOST_LISTED) }, links, [
      {
        id: 'server',
        head: 'Server',
        align: 'left',
        cell: ({ record }) => linkCell(record.host.hostname, links.server(record.host.hostname)),
      },
      {
        id: 'card',
        head: 'Card',
        align: 'left',
        cell: ({ record }) => text(record.card.key ?? record.card.name ?? 'no GPU'),
      },
      {
        id: 'driver',
        head: 'Driver',
        align: 'left',
        cell: ({ record }) => text(record.gpus.find(({ serving }) => serving)?.driver ?? 'unknown'),
      },
    ]),
  ]
  return {
    title: `Scenario ${runs.at(-1)?.record.scenario.title ?? name}`,
    section: 'scenarios',
    simulated: source === 'simulated',
    body: html`<p class="answer">${sentence === '' ? 'No step over time is shown.' : sentence}</p>
${portionLine(runs.length, asked)}
${charts.length === 0 ? nothing : chartSections({ list: charts, notes: [] })}
${joined(tables.map(tableSection), '\n')}
${unreadable.length === 0 ? nothing : html`<ul class="notes">${unreadable.map((line) => html`<li>${line}</li>`)}</ul>`}`,
  }
}
