import { parse } from 'parse5'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { compareRuns } from '../../compare/comparison.ts'
import { compareFleet } from '../../fleet/fleet-comparison.ts'
import { fleetHistory } from '../../fleet/history/fleet-history.ts'
import { fleetStanding } from '../../fleet/standing/standing.ts'
import { makeFleet } from '../../testing/fleet-builder.ts'
import { condition, linksOf } from '../page/links.ts'
import { factsTable } from '../page/parts.ts'
import { dashboardPage, type Frame, type View } from '../page/shell.ts'
import { boxView } from './box-view.ts'
import { cardView } from './card-view.ts'
import { compareView, suggestedComparisons } from './compare-view.ts'
import { fleetView } from './fleet-view.ts'
import { indexView } from './index-views.ts'
import { loginView, messageView } from './message-views.ts'
import { quotableView } from './quotable-view.ts'
import { runView } from './run-view.ts'
import { runningView } from './running-view.ts'
import { scenarioView } from './scenario-view.ts'

/** Whatever comes from a record may be this. */
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&\u202e`
const links = linksOf('live')
const frame: Frame = {
  store: `Store ${HOSTILE}`,
  runs: { live: 3, simulated: 2 },
  source: 'live',
  switchTo: { live: '/?source=live', simulated: '/?source=simulated' },
  asOf: '2026-11-27T01:00:00.000Z',
  version: '0.0.0',
  canLogOut: true,
}

/** Runs of three boxes whose every name is hostile. */
function hostileRuns(source: RunRecord['source'] = 'live'): { before: RunRecord[]; after: RunRecord[] } {
  const { baseline, candidate } = makeFleet({ boxes: 3, source })
  const spoil = (run: RunRecord): RunRecord => ({
    ...run,
    id: `${run.id}${HOSTILE}`,
    failure: HOSTILE,
    host: { ...run.host, hostname: `${run.host.hostname}${HOSTILE}`, kernel: HOSTILE, cpu: HOSTILE },
    scenario: { ...run.scenario, name: `a${HOSTILE}`, title: HOSTILE },
    card: { key: null, name: HOSTILE },
    endpoint: { ...run.endpoint, engine: HOSTILE, version: HOSTILE },
    gpus: run.gpus.map((gpu) => ({ ...gpu, name: HOSTILE, vbios: HOSTILE, driver: `${gpu.driver}${HOSTILE}` })),
    gates: [{ id: HOSTILE, status: 'fail', required: false, evidence: HOSTILE }],
  })
  return { before: baseline.map(spoil), after: candidate.map(spoil) }
}

const viewed = (records: readonly RunRecord[]): ViewedRun[] =>
  records.map((record, at) => ({
    digest: `${at}`.padStart(64, 'a'),
    record,
    quotable: at % 2 === 0,
    reasons: [HOSTILE],
  }))

const tally = [{ name: HOSTILE, runs: 3, quotable: 1, hosts: 2, newest: '2026-11-02T10:00:00.000Z' }]

/** Every page, of hostile runs. */
function everyView(source: RunRecord['source'] = 'live'): Record<string, View> {
  const { before, after } = hostileRuns(source)
  const all = [...before, ...after]
  const runs = viewed(all)
  const history = fleetHistory(all)
  const one = { runs, asked: 99, history, unreadable: [HOSTILE], source }
  const compared = { before: HOSTILE, after: HOSTILE, notes: [HOSTILE], suggested: [], source }
  return {
    fleet: fleetView(
      {
        standing: fleetStanding(all),
        comparison: compareFleet(before, after, {}),
        boxes: tally,
        changes: suggestedComparisons({ driver: [HOSTILE, '1'], engine: ['2', HOSTILE] }),
        refused: [HOSTILE],
        query: HOSTILE,
        source,
        asked: 99,
      },
      links,
    ),
    cards: indexView('card', tally, source, links),
    scenarios: indexView('scenario', tally, source, links),
    box: boxView(
      {
        ...one,
        host: HOSTILE,
        verdict: { verdict: 'rejected', judgedAt: '2026-11-02T10:00:00.000Z', failed: [HOSTILE], isSigned: false },
      },
      links,
    ),
    card: cardView({ card: HOSTILE, runs, asked: 99, standing: fleetStanding(all), source }, links),
    scenario: scenarioView({ name: HOSTILE, ...one }, links),
    compare: compareView({ ...compared, result: null }, links),
    fleetCompared: compareView(
      { ...compared, result: { kind: 'fleet', comparison: compareFleet(before, after, {}) } },
      links,
    ),
    unitCompared: compareView(
      {
        ...compared,
        result: { kind: 'unit', comparison: compareRuns(before.slice(0, 3), after.slice(0, 3), { past: [] }) },
      },
      links,
    ),
    notCompared: compareView({ ...compared, result: { kind: 'none', reason: HOSTILE } }, links),
    quotable: quotableView({ quotable: runs, others: runs, hasSimulated: true }, links),
    run: runView(runs[0]!, HOSTILE, links),
    running: runningView(
      [
        {
          ...{ id: HOSTILE, host: HOSTILE, card: HOSTILE, scenario: HOSTILE, startedAt: '2026-11-02T10:00:00.000Z' },
          ...{ trialsDone: 1, trialsMost: null, state: 'running', line: HOSTILE, simulated: source === 'simulated' },
        },
      ],
      [HOSTILE],
      [factsTable('fleet-run-1', HOSTILE, [[HOSTILE, HOSTILE]])],
    ),
    message: messageView(HOSTILE, HOSTILE, [HOSTILE]),
    login: loginView(HOSTILE),
  }
}

interface Element {
  readonly nodeName: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Element[]
}
const elementsOf = (node: Element): Element[] => [node, ...(node.childNodes ?? []).flatMap(elementsOf)]

describe('names from outside', () => {
  test.each(Object.entries(everyView()))('are text and nothing else on the page: %s', (_name, view) => {
    const page = dashboardPage(view, frame)
    const elements = elementsOf(parse(page) as unknown as Element)
    const scripts = elements.filter(({ nodeName }) => nodeName === 'script')
    expect(scripts.map(({ attrs }) => attrs?.find(({ name }) => name === 'src')?.value)).toEqual(['/page.js'])
    expect(elements.filter(({ nodeName }) => ['img', 'iframe', 'object', 'base'].includes(nodeName))).toEqual([])
    const attributes = elements.flatMap(({ attrs }) => attrs ?? [])
    expect(attributes.filter(({ name }) => name.startsWith('on'))).toEqual([])
    const targets = attributes.filter(({ name }) => ['href', 'action', 'src'].includes(name)).map(({ value }) => value)
    expect(targets.filter((target) => !/^[/#](?!\/)/.test(target))).toEqual([])
    expect(page.includes('\u202e')).toBe(false)
    const ids = attributes.filter(({ name }) => name === 'id').map(({ value }) => value)
    expect(ids.length).toBe(new Set(ids).size)
  })

  test('go through an address and come out as they were', () => {
    const url = new URL(links.server(HOSTILE), 'http://localhost')
    expect([url.pathname, url.searchParams.get('host')]).toEqual(['/server', HOSTILE])
    expect(() => links.server('\ud800')).not.toThrow()
    expect(condition('driver', 'a "b" c|d')).toBe('driver="a *b* c*d"')
  })
})

describe('simulated runs', () => {
  test.each(Object.entries(everyView('simulated')))('say so: %s', (name, view) => {
    const hasFigures = !['message', 'login', 'quotable'].includes(name)
    const page = dashboardPage(view, { ...frame, source: 'simulated' })
    if (hasFigures) expect(page).toMatch(/SIMULATED:<|class="stamp">SIMULATED/)
  })

  test('the address of the other source is on a page only where there are runs of both', () => {
    const view = messageView('a', 'b')
    expect(dashboardPage(view, frame)).toContain('href="/?source=simulated"')
    expect(dashboardPage(view, { ...frame, runs: { live: 3, simulated: 0 } })).not.toContain('source=simulated')
  })
})

test('a page before the login says nothing of where the runs are', () => {
  const page = dashboardPage(loginView(null), { ...frame, store: null })
  expect(page).not.toMatch(/Store|nav|Fleet/)
})

test('the newest two versions are suggested for a comparison', () => {
  expect(suggestedComparisons({ driver: ['590.1', '580.1', '570.1'], engine: ['0.9'] })).toEqual([
    { label: 'driver 580.1 against driver 590.1', before: 'driver=580.1', after: 'driver=590.1' },
  ])
})
