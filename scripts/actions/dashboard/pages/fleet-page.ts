import { newestRuns } from '../../../../harness/store/view/records.ts'
import { tallied, versionsInStore } from '../../../../harness/store/view/summary.ts'
import { suggestedComparisons } from '../../../../reports/dashboard/views/compare-view.ts'
import { fleetView } from '../../../../reports/dashboard/views/fleet-view.ts'
import { indexView } from '../../../../reports/dashboard/views/index-views.ts'
import { messageView } from '../../../../reports/dashboard/views/message-views.ts'
import { fleetStanding } from '../../../../reports/fleet/standing/standing.ts'
import { againstBaselines } from '../../../../reports/openmetrics/against-baselines.ts'
import { type MakePage, portion, queryOf } from './ask.ts'

/** Runs of each unit in each scenario: three starts are judged, and one may have failed. */
const PER_CELL = 4

/** Every box beside its siblings. */
export const fleetPage: MakePage = async (ask) => {
  const { store, reader, source, links, text } = ask
  const query = queryOf(ask, text('q'))
  const { runs, unreadable, asked } = await newestRuns(store, query, portion(PER_CELL))
  const refused = [...(await reader.refused(store)), ...unreadable]
  if (runs.length === 0 && text('q') === '') return emptyView(refused)
  const records = runs.map(({ record }) => record)
  return fleetView(
    {
      standing: fleetStanding(records),
      comparison: againstBaselines(
        records,
        (await reader.baselines()).filter((run) => run.source === source),
      ),
      boxes: await tallied(store, 'host', query),
      changes: suggestedComparisons(await versionsInStore(store, query)),
      refused,
      query: text('q'),
      source,
      asked,
    },
    links,
  )
}

/** What to type, so that there is something to see. */
const emptyView = (refused: readonly string[]) => ({
  ...messageView(
    'Fleet: no runs yet',
    refused.length === 0 ? 'No run is here yet.' : `No run can be shown: ${refused.slice(0, 3).join('; ')}`,
    [
      'joulemark run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000',
      'joulemark store push results --store postgres://bench@db/joulemark',
      'joulemark demo',
    ],
  ),
  section: 'fleet' as const,
})

/** Every card, and every scenario. */
export const cardsPage: MakePage = async (ask) =>
  indexView('card', await tallied(ask.store, 'card', queryOf(ask, '')), ask.source, ask.links)
export const scenariosPage: MakePage = async (ask) =>
  indexView('scenario', await tallied(ask.store, 'scenario', queryOf(ask, '')), ask.source, ask.links)
