import { parseVerdict } from '../../../../harness/record/acceptance-file.ts'
import {
  newestQuotable,
  newestRuns,
  runsOf,
  type ViewedRun,
  verdictOfHost,
} from '../../../../harness/store/view/records.ts'
import { type BoxVerdict, boxView } from '../../../../reports/dashboard/views/box-view.ts'
import { cardView } from '../../../../reports/dashboard/views/card-view.ts'
import { quotableView } from '../../../../reports/dashboard/views/quotable-view.ts'
import { runView } from '../../../../reports/dashboard/views/run-view.ts'
import { scenarioView } from '../../../../reports/dashboard/views/scenario-view.ts'
import { fleetHistory } from '../../../../reports/fleet/history/fleet-history.ts'
import { fleetStanding } from '../../../../reports/fleet/standing/standing.ts'
import { type Ask, type MakePage, NotFound, named, portion, queryOf } from './ask.ts'

/** Starts of a history; older ones are in `fleet report --history`. */
const PER_HISTORY = 60
/** Runs by which units are held against each other. */
const PER_CELL = 4
/** Cards and scenarios whose quotable runs are listed. */
const MOST_QUOTABLE = 500

const recordsOf = (runs: readonly ViewedRun[]) => runs.map(({ record }) => record)

/** One box. */
export const boxPage: MakePage = async (ask) => {
  const { store, source, links, text } = ask
  const host = text('host')
  const found = await newestRuns(store, queryOf(ask, '', named('host', host)), portion(PER_HISTORY))
  const runs = found.runs.filter(({ record }) => record.host.hostname === host)
  if (runs.length === 0) throw new NotFound(`No run of a server ${JSON.stringify(host)} is here.`)
  return boxView(
    {
      host,
      runs,
      asked: found.asked - (found.runs.length - runs.length),
      verdict: await verdictOf(ask, host),
      history: fleetHistory(recordsOf(runs)),
      unreadable: found.unreadable,
      source,
    },
    links,
  )
}

async function verdictOf({ store }: Ask, host: string): Promise<BoxVerdict | null> {
  const found = await verdictOfHost(store, host)
  const read = found === null ? null : parseVerdict(found.text, found)
  if (read === null || 'invalid' in read) return null
  return { verdict: read.verdict, judgedAt: read.judgedAt, failed: read.failed, isSigned: read.signature !== undefined }
}

/** One model of card. */
export const cardPage: MakePage = async (ask) => {
  const { store, source, links, text } = ask
  const card = text('card')
  const found = await newestRuns(store, queryOf(ask, '', named('card', card)), portion(PER_CELL))
  const runs = found.runs.filter(({ record }) => (record.card.key ?? record.card.name) === card)
  if (runs.length === 0) throw new NotFound(`No run of a card ${JSON.stringify(card)} is here.`)
  const asked = found.asked - (found.runs.length - runs.length)
  return cardView({ card, runs, asked, standing: fleetStanding(recordsOf(runs)), source }, links)
}

/** One scenario over time. */
export const scenarioPage: MakePage = async (ask) => {
  const { store, source, links, text } = ask
  const name = text('name')
  const found = await newestRuns(store, queryOf(ask, '', named('scenario', name)), portion(PER_HISTORY))
  const runs = found.runs.filter(({ record }) => record.scenario.name === name)
  if (runs.length === 0) throw new NotFound(`No run of a scenario ${JSON.stringify(name)} is here.`)
  const asked = found.asked - (found.runs.length - runs.length)
  const history = fleetHistory(recordsOf(runs))
  return scenarioView({ name, runs, asked, history, unreadable: found.unreadable, source }, links)
}

/** One run. */
export const runPage: MakePage = async ({ store, reader, links, text }) => {
  const digest = text('digest')
  const { runs, unreadable } = await runsOf(store, [digest])
  const [run] = runs
  if (run === undefined) throw new NotFound(unreadable[0] ?? 'No run with this digest is here.')
  return runView(run, await reader.folderOf(store, digest), links)
}

/** What can be quoted, and the newest runs that cannot. */
export const quotablePage: MakePage = async ({ store, tally, links, now }) => {
  const { runs } = await newestQuotable(store, MOST_QUOTABLE)
  const newest = await newestRuns(store, queryOf({ source: 'live', now }, ''), portion(1))
  return quotableView(
    {
      quotable: runs,
      others: newest.runs.filter(({ quotable }) => !quotable).reverse(),
      hasSimulated: tally.simulated > 0,
    },
    links,
  )
}
