import { tableSection } from '../../render/html/table/table-section.ts'
import { html, joined } from '../../render/html/template.ts'
import { buildTable, missing, type Table, text } from '../../tables/table.ts'
import { count, moment, tableOr } from '../page/parts.ts'
import type { View } from '../page/shell.ts'

/** A run whose record says that it has not ended. */
export interface RunInProgress {
  readonly id: string
  readonly host: string
  readonly card: string
  readonly scenario: string
  readonly startedAt: string
  readonly trialsDone: number
  /** Null where the record does not say. */
  readonly trialsMost: number | null
  /** `running`, `abandoned`, or both where this machine cannot see its process. */
  readonly state: string
  readonly line: string
  readonly simulated: boolean
}

/** What is measured at this moment, as far as this machine sees it; `campaigns` are the tables of `fleet status`. */
export function runningView(
  runs: readonly RunInProgress[],
  folders: readonly string[],
  campaigns: readonly Table[],
): View {
  const live = runs.filter(({ state }) => state === 'running')
  return {
    title: live.length === 0 ? 'Running: nothing' : `Running: ${live.length}`,
    section: 'running',
    simulated: false,
    body: html`<p class="answer">Runs that have not ended, in ${folders.length === 0 ? 'no folder: name some after the command' : folders.join(', ')}. Reload to look again.</p>
${tableOr(runningTable(runs), 'No run is in progress there.')}
${joined(campaigns.map(tableSection), '\n')}`,
  }
}

const runningTable = (runs: readonly RunInProgress[]): Table =>
  buildTable<RunInProgress>({
    id: 'running',
    title: 'Runs in progress',
    rows: runs,
    rowId: ({ id, host }) => `${host} ${id}`,
    columns: [
      {
        id: 'run',
        head: 'Run',
        align: 'left',
        cell: ({ id, simulated }) => ({ kind: 'text', text: id, simulated }),
      },
      { id: 'scenario', head: 'Scenario', align: 'left', cell: ({ scenario }) => text(scenario) },
      { id: 'card', head: 'Card', align: 'left', cell: ({ card }) => text(card) },
      { id: 'host', head: 'Server', align: 'left', cell: ({ host }) => text(host) },
      { id: 'started', head: 'Started (UTC)', align: 'left', cell: ({ startedAt }) => text(moment(startedAt)) },
      { id: 'done', head: 'Trials done', align: 'right', cell: ({ trialsDone }) => count(trialsDone) },
      {
        id: 'most',
        head: 'At most',
        align: 'right',
        cell: ({ trialsMost }) => (trialsMost === null ? missing('not in the record yet') : count(trialsMost)),
      },
      {
        id: 'state',
        head: 'State',
        align: 'left',
        cell: ({ state, line }) => ({
          kind: 'text',
          text: state,
          detail: line,
          tone: state === 'running' ? 'good' : 'warn',
        }),
      },
    ],
  })
