import { servingGpus } from '../../../harness/physics/serving-gpus.ts'
import { settingText } from '../../../harness/record/setting/operating-point.ts'
import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { cardState } from '../../box/siblings/card-state.ts'
import { unitOf, unitsOf } from '../../fleet/boxes.ts'
import type { FleetHistory } from '../../fleet/history/fleet-history.ts'
import { historyCharts } from '../../fleet/history/history-charts.ts'
import { historyTables } from '../../fleet/history/history-tables.ts'
import { columnOf } from '../../fleet/matrix.ts'
import { chartSections } from '../../render/html/chart-figure.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { type Html, html, joined, nothing } from '../../render/html/template.ts'
import { metricCell } from '../../tables/figure-cell.ts'
import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import type { Links, RunSource } from '../page/links.ts'
import { factsTable, linkCell, moment, portionLine, tableOr } from '../page/parts.ts'
import type { View } from '../page/shell.ts'
import { headlineCell, headlineName, quotableCell, runsTable, scenarioCell } from './run-rows.ts'

/** What `box` found about a server. */
export interface BoxVerdict {
  readonly verdict: 'accepted' | 'rejected'
  readonly judgedAt: string
  readonly failed: readonly string[]
  readonly isSigned: boolean
}

/** One box: the newest runs of each scenario on it, oldest first. */
export interface BoxPageData {
  readonly host: string
  readonly runs: readonly ViewedRun[]
  readonly asked: number
  readonly verdict: BoxVerdict | null
  readonly history: FleetHistory | null
  readonly unreadable: readonly string[]
  readonly source: RunSource
}

/** Runs in the list of a box. */
const MOST_LISTED = 30

/** A box: what it is, what it was judged, its newest figures, its gates, its cards under load, and its history. */
export function boxView({ host, runs, asked, verdict, history, unreadable, source }: BoxPageData, links: Links): View {
  const newest = newestByColumn(runs)
  const charts = history === null ? [] : historyCharts(history)
  const tables = [
    cardsTable(runs),
    ...(history === null ? [] : historyTables(history)),
    runsTable({ id: 'runs', title: 'Newest runs', runs: runs.slice(-MOST_LISTED) }, links, [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (run) => scenarioCell(run, links) },
    ]),
  ]
  const notes: Html =
    unreadable.length === 0 ? nothing : html`<ul class="notes">${unreadable.map((line) => html`<li>${line}</li>`)}</ul>`
  return {
    title: `Server ${host}`,
    section: 'fleet',
    simulated: source === 'simulated',
    body: html`${portionLine(runs.length, asked)}
${tableSection(machineTable(runs.at(-1)!, verdict))}
${tableSection(figuresTable(newest, links))}
${tableOr(gatesTable(newest, links), 'None failed or warns in the newest run of any scenario.')}
${joined(tables.map(tableSection), '\n')}
${charts.length === 0 ? nothing : chartSections({ list: charts, notes: [] })}
${notes}`,
  }
}

/** The newest run of each unit in each scenario. */
const newestByColumn = (runs: readonly ViewedRun[]): ViewedRun[] =>
  [...Map.groupBy(runs, ({ record }) => `${unitOf(record)} ${columnOf(record).id}`).values()].map((own) => own.at(-1)!)

function machineTable({ record }: ViewedRun, verdict: BoxVerdict | null): Table {
  const { host, gpus, endpoint } = record
  const judged: Cell =
    verdict === null
      ? missing('no verdict is with these runs: the command for a whole server writes it')
      : {
          kind: 'text',
          text: `${verdict.verdict} on ${moment(verdict.judgedAt)}`,
          detail: [verdict.isSigned ? 'signed' : 'not signed', ...verdict.failed].join('; '),
          tone: verdict.verdict === 'accepted' ? 'good' : 'bad',
        }
  return factsTable('machine', 'The server, as its newest run found it', [
    ['Acceptance', judged],
    ...gpus.map((gpu, at): readonly [string, Cell] => [
      `GPU ${gpu.index ?? at}`,
      {
        kind: 'text',
        text: `${gpu.name}${gpu.serving ? '' : ' (not serving)'}`,
        detail: [
          gpu.uuid,
          `driver ${gpu.driver ?? 'unknown'}`,
          `VBIOS ${gpu.vbios ?? 'unknown'}`,
          `power limit ${gpu.powerLimitW === null ? 'unknown' : `${gpu.powerLimitW} W`}`,
          `ECC ${gpu.eccMode ?? 'unknown'}`,
          `PCIe gen ${gpu.pcie.genCurrent ?? '?'} x${gpu.pcie.widthCurrent ?? '?'}`,
        ].join(', '),
      },
    ]),
    ['Engine', `${endpoint.engine ?? 'unknown'} ${endpoint.version ?? ''}`.trim()],
    ['Kernel', host.kernel],
    ['CPU and memory', `${host.cpu}, ${host.cpuCount} cores, ${host.memoryGiB.toFixed(0)} GiB`],
    ['Newest run', moment(record.startedAt)],
  ])
}

const figuresTable = (newest: readonly ViewedRun[], links: Links): Table =>
  buildTable<ViewedRun>({
    id: 'figures',
    title: 'Newest figures',
    rows: newest,
    rowId: ({ digest }) => digest,
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (run) => scenarioCell(run, links) },
      { id: 'metric', head: 'Metric', align: 'left', cell: (run) => text(headlineName(run)) },
      { id: 'figure', head: 'Mean', align: 'right', cell: headlineCell },
      { id: 'tokensPerJ', head: 'Efficiency', align: 'right', cell: ({ record }) => metricCell(record, 'tokensPerJ') },
      { id: 'power', head: 'Mean power', align: 'right', cell: ({ record }) => metricCell(record, 'meanPowerW') },
      {
        id: 'run',
        head: 'Run (UTC)',
        align: 'left',
        cell: ({ digest, record }) => linkCell(moment(record.startedAt), links.run(digest), settingText(record) ?? ''),
      },
      { id: 'quotable', head: 'Quotable', align: 'left', cell: quotableCell },
    ],
  })

/** Gates that did not pass in the newest runs. */
function gatesTable(newest: readonly ViewedRun[], links: Links): Table {
  const open = newest.flatMap((run) =>
    run.record.gates.filter(({ status }) => status === 'fail' || status === 'warn').map((gate) => ({ gate, run })),
  )
  return buildTable({
    id: 'gates',
    title: 'Gates that failed or warn in the newest runs',
    rows: open,
    rowId: ({ gate, run }) => `${run.digest} ${gate.id}`,
    columns: [
      { id: 'gate', head: 'Gate', align: 'left', cell: ({ gate }) => text(`${gate.id}${gate.required ? ' *' : ''}`) },
      {
        id: 'status',
        head: 'Status',
        align: 'left',
        cell: ({ gate }) => text(gate.status, gate.status === 'fail' ? 'bad' : 'warn'),
      },
      { id: 'scenario', head: 'Scenario', align: 'left', cell: ({ run }) => scenarioCell(run, links) },
      { id: 'evidence', head: 'Evidence', align: 'left', cell: ({ gate }) => text(gate.evidence) },
    ],
    notes: ['* required for a quotable result'],
  })
}

/** What each unit did under load over its newest runs: temperature the highest, clock the mean. */
function cardsTable(runs: readonly ViewedRun[]): Table {
  const records = runs.map(({ record }) => record)
  const byUnit = Map.groupBy(records, unitOf)
  const numberCell = (value: number | null, unit: string, digits = 0): Cell =>
    value === null ? missing('not measured, or not reported by the driver') : { kind: 'number', value, unit, digits }
  return buildTable({
    id: 'cards-under-load',
    title: 'Cards under load, over the newest runs',
    rows: unitsOf(records).map((unit) => ({ unit, own: byUnit.get(unit.id)! })),
    rowId: ({ unit }) => unit.id,
    columns: [
      { id: 'unit', head: 'Unit', align: 'left', cell: ({ unit }) => text(unit.name) },
      {
        id: 'limit',
        head: 'Power limit',
        align: 'right',
        cell: ({ own }) => numberCell(servingGpus(own.at(-1)!.gpus)[0]?.powerLimitW ?? null, 'W'),
      },
      {
        id: 'temperature',
        head: 'Highest temperature',
        align: 'right',
        cell: ({ own }) => numberCell(cardState(own).temperatureC, '°C'),
      },
      {
        id: 'clock',
        head: 'SM clock',
        align: 'right',
        cell: ({ own }) => numberCell(cardState(own).smClockMHz, 'MHz'),
      },
      {
        id: 'heat',
        head: 'Slowed by heat',
        align: 'right',
        cell: ({ own }) => shareCell(cardState(own).heatShare),
      },
      {
        id: 'cap',
        head: 'At the power limit',
        align: 'right',
        cell: ({ own }) => shareCell(cardState(own).powerCapShare),
      },
    ],
    notes: ['Shares of the samples in which the driver gave this reason for its clock.'],
  })
  function shareCell(share: number | null): Cell {
    return numberCell(share === null ? null : 100 * share, '%', 1)
  }
}
