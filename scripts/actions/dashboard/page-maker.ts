import pLimit from 'p-limit'
import { JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { type SourceTally, sourcesInStore } from '../../../harness/store/view/summary.ts'
import { toolVersion } from '../../../harness/version.ts'
import { linksOf, type RunSource as Source } from '../../../reports/dashboard/page/links.ts'
import { dashboardPage, type Frame, type View } from '../../../reports/dashboard/page/shell.ts'
import { messageView } from '../../../reports/dashboard/views/message-views.ts'
import { runningView } from '../../../reports/dashboard/views/running-view.ts'
import { campaignTables } from './campaigns.ts'
import { runsInProgress } from './in-progress.ts'
import { type MadePage, PageCache } from './page-cache.ts'
import { type Ask, type MakePage, NotFound } from './pages/ask.ts'
import { comparePage } from './pages/compare-page.ts'
import { cardsPage, fleetPage, scenariosPage } from './pages/fleet-page.ts'
import { metricsText } from './pages/metrics-page.ts'
import { boxPage, cardPage, quotablePage, runPage, scenarioPage } from './pages/thing-pages.ts'
import type { RunSource } from './run-source.ts'

const pages: Readonly<Record<string, MakePage>> = {
  '/': fleetPage,
  '/server': boxPage,
  '/cards': cardsPage,
  '/card': cardPage,
  '/scenarios': scenariosPage,
  '/scenario': scenarioPage,
  '/compare': comparePage,
  '/quotable': quotablePage,
  '/run': runPage,
}
/** Parameters that pages read; others have no part in what is kept. */
const parameters = ['q', 'host', 'card', 'name', 'digest', 'before', 'after', 'source'] as const
/** Under this name the page of metrics is kept; no address has it. */
const METRICS = 'metrics'
/** Pages whose runs are of one source, so that there is a way to the other. */
const ofOneSource = new Set(['/', '/cards', '/scenarios', '/compare', '/server', '/card', '/scenario'])

/** What the pages are made of. */
export interface MakerParts {
  readonly reader: RunSource
  /** Where runs in progress are looked for. */
  readonly folders: readonly string[]
  readonly canLogOut: boolean
}

/** Makes pages: one at a time, so that a busy browser costs time and not memory, and each once per state of the store. */
export class PageMaker {
  readonly #parts: MakerParts
  readonly #cache = new PageCache()
  readonly #one = pLimit(1)

  constructor(parts: MakerParts) {
    this.#parts = parts
  }

  /** The page at an address. Never throws for what a person or a store can cause. */
  page(url: URL): Promise<MadePage> {
    return this.#one(async () => {
      if (url.pathname === '/running') return this.#runningPage()
      const make = pages[url.pathname]
      if (make === undefined) return this.#message(404, 'Not found', 'There is no such page.')
      try {
        return await this.#parts.reader.use((store) => this.#ofStore(url, make, store))
      } catch (error) {
        if (error instanceof BadQuery) return this.#message(400, 'That query cannot be read', error.message)
        if (error instanceof NotFound) return this.#message(404, 'Not found', error.message)
        if (error instanceof JoulemarkError) return this.#storeFailed(error)
        throw error
      }
    })
  }

  /** The metrics of the newest runs and their verdicts, live and simulated ones, each series with its source. */
  metrics(): Promise<{ readonly status: 200 | 503; readonly text: string }> {
    return this.#one(async () => {
      const { reader } = this.#parts
      try {
        return await reader.use(async (store) => {
          const state = await reader.state(store)
          const kept = this.#cache.get(METRICS, state)
          if (kept !== null) return { status: 200, text: kept.text }
          const text = await metricsText(store, reader)
          this.#cache.set(METRICS, state, { status: 200, text })
          return { status: 200, text }
        })
      } catch (error) {
        if (error instanceof JoulemarkError) return { status: 503, text: `${messageOf(error)}\n` }
        throw error
      }
    })
  }

  async #ofStore(url: URL, make: MakePage, store: Ask['store']): Promise<MadePage> {
    const { reader } = this.#parts
    const state = await reader.state(store)
    const key = `${url.pathname}?${parameters.map((name) => `${name}=${url.searchParams.get(name) ?? ''}`).join('\0')}`
    const kept = this.#cache.get(key, state)
    if (kept !== null) return kept
    const tally = await sourcesInStore(store)
    const source = sourceOf(url, tally)
    const ask: Ask = {
      ...{ store, reader, source, tally, links: linksOf(source), now: new Date() },
      text: (name) => url.searchParams.get(name) ?? '',
    }
    const view = await make(ask).catch((error) => {
      throw error instanceof JoulemarkError && error.code === 'bad-input' ? new BadQuery(error.message) : error
    })
    const made: MadePage = { status: 200, text: this.#framed(view, { tally, source, url }) }
    // an age such as since=7d is another time tomorrow
    if (!/\d[mhdw]\b/.test(url.search)) this.#cache.set(key, state, made)
    return made
  }

  #framed(view: View, at: { readonly tally: SourceTally; readonly source: Source; readonly url: URL } | null): string {
    const { reader, canLogOut } = this.#parts
    const other = (source: Source) => {
      const url = new URL(at!.url)
      if (source === 'simulated') url.searchParams.set('source', source)
      else url.searchParams.set('source', 'live')
      return `${url.pathname}${url.search}`
    }
    const frame: Frame = {
      store: reader.name,
      runs: at?.tally ?? null,
      source: at?.source ?? 'live',
      switchTo:
        at !== null && ofOneSource.has(at.url.pathname) ? { live: other('live'), simulated: other('simulated') } : null,
      asOf: new Date().toISOString(),
      version: toolVersion,
      canLogOut,
    }
    return dashboardPage(view, frame)
  }

  async #runningPage(): Promise<MadePage> {
    const { folders } = this.#parts
    const view = runningView(await runsInProgress(folders), folders, campaignTables(folders))
    return { status: 200, text: this.#framed(view, null) }
  }

  #message(status: MadePage['status'], title: string, message: string): MadePage {
    return { status, text: this.#framed(messageView(title, message), null) }
  }

  #storeFailed(error: JoulemarkError): MadePage {
    const view = messageView('The runs cannot be read now', `${messageOf(error)}. The next page is tried anew.`)
    return { status: 503, text: this.#framed(view, null) }
  }
}

/** A query that a person typed, as opposed to a store that is of a later version. */
class BadQuery extends Error {}

/** Live runs unless the address asks for the others, or there are no live ones. */
function sourceOf(url: URL, { live, simulated }: SourceTally): Source {
  const asked = url.searchParams.get('source')
  if (asked === 'live' || asked === 'simulated') return asked
  return live === 0 && simulated > 0 ? 'simulated' : 'live'
}
