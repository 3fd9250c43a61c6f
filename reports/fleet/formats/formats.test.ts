import { XMLParser } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { renderMarkdown } from '../../render/markdown.ts'
import { tablesOnTerminal } from '../../render/terminal.ts'
import { hostOf, makeFleet, uuidOf } from '../../testing/fleet-builder.ts'
import { compareFleet } from '../fleet-comparison.ts'
import { fleetStanding, standingSentence } from '../standing/standing.ts'
import { standingDocument, standingJsonSchema } from '../standing/standing-json.ts'
import { standingPage, standingReport } from '../standing/standing-report.ts'
import { fleetDocument } from './fleet-json.ts'
import { fleetJunit } from './fleet-junit.ts'
import { fleetReport } from './fleet-report.ts'
import { fleetJsonSchema } from './fleet-schema.ts'
import { fleetComparisonPage } from './page.ts'

const scenarios = ['llama-3.1-8b-fp8-batch32', 'llama-3.1-8b-fp8-single'] as const
const { baseline, candidate } = makeFleet({
  boxes: 8,
  starts: 2,
  scenarios,
  source: 'simulated',
  losses: { 2: 0.15 },
  odd: (box, side) =>
    box === 5 && side === 'candidate' ? null : box === 6 ? { more: { host: hostile() } } : undefined,
})
const comparison = compareFleet(baseline, candidate, { notes: ['not read: <b>x</b>'] })

/** A name that is markup, an escape sequence and a formula. */
function hostile() {
  return { hostname: '<img src=x>\u001b[31m|=1+1', kernel: 'k', cpu: 'c', cpuCount: 1, memoryGiB: 1 }
}

test('JUnit: a case for the fleet and each unit, with host and whole UUID in its name', () => {
  const parser = new XMLParser({ ignoreAttributes: false })
  const { testsuites } = parser.parse(fleetJunit(comparison)) as { testsuites: Record<string, unknown> }
  expect(testsuites['@_tests']).toBe('18')
  const suites = testsuites['testsuite'] as {
    testcase: { '@_name': string; failure?: unknown; error?: { '@_message': string } }[]
  }[]
  expect(suites).toHaveLength(2)
  const of = (box: number) => suites[0]!.testcase.find((each) => each['@_name'] === `${hostOf(box)} ${uuidOf(box)}`)!
  expect(of(2).failure).toBeDefined()
  expect(of(5).error!['@_message']).toContain('lost')
  expect(of(0)).not.toHaveProperty('failure')
  expect(suites[0]!.testcase[0]!['@_name']).toBe('the fleet, rtx-4090 (SIMULATED)')
})

test('JSON fits its schema, and says SIMULATED', () => {
  const document = fleetJsonSchema.parse(fleetDocument(comparison))
  expect(document).toMatchObject({ outcome: 'regressed', stamp: 'SIMULATED' })
  expect(document.cells).toHaveLength(16)
  const standing = fleetStanding(candidate)
  expect(standingJsonSchema.parse(standingDocument(standing))).toMatchObject({ stamp: 'SIMULATED', low: [uuidOf(2)] })
})

test('the heat map on a terminal says it in symbols, in as many tables as fit', () => {
  const wide = tablesOnTerminal(fleetReport(comparison, 100).tables, { columns: 100 })
  expect(wide).toMatch(new RegExp(`${hostOf(2)} .*▼↓ -1[45]\\.\\d %`))
  const many = makeFleet({ boxes: 2, starts: 1, scenarios: Array.from({ length: 9 }, (_, at) => `scenario-${at}`) })
  const parts = fleetReport(compareFleet(many.baseline, many.candidate, {}), 80).tables.filter(({ id }) =>
    id.startsWith('fleet-map'),
  )
  expect(parts.map(({ title }) => title)).toEqual(
    [1, 2, 3].map((part) => `Change by unit and scenario, part ${part} of 3`),
  )
  for (const line of tablesOnTerminal(parts, { columns: 80 }).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('names from outside are text in every format', async () => {
  const page = await fleetComparisonPage(comparison)
  expect(page).not.toContain('<img')
  expect(page).not.toContain('<b>x')
  expect(page).not.toContain('\u001b')
  expect(page).not.toContain('<script')
  for (const text of [
    fleetJunit(comparison),
    tablesOnTerminal(fleetReport(comparison).tables),
    JSON.stringify(fleetDocument(comparison)),
  ])
    expect(text).not.toContain('\u001b')
  expect(renderMarkdown(fleetReport(comparison))).not.toContain('<img')
})

test('the page says the answer first, and every reason once', async () => {
  const page = await fleetComparisonPage(comparison)
  expect(page.indexOf('lost by itself')).toBeLessThan(page.indexOf('<table'))
  expect(page.match(/<li id="n-heat-\d">/g)).toHaveLength(1)
  expect(page).toContain('SIMULATED')
})

test('one night: a card below its siblings, and those that have none with the reason', async () => {
  const alone = makeFleet({ boxes: 1, odd: () => ({ card: 'rtx-5090', uuid: 'GPU-other' }) }).candidate
  const standing = fleetStanding([...candidate, ...alone], ['not read: y'])
  expect(standingSentence(standing)).toContain(`1 unit of 8 is below its siblings: ${hostOf(2)}`)
  expect(standing.cells.find(({ unit }) => unit === 'GPU-other')!.reason).toBe('no sibling: the only rtx-5090')
  const extras = { tables: [], charts: [], sentence: '' }
  expect(standingReport(standing, extras).title).toBe('Fleet: 1 of 8 below siblings')
  expect(await standingPage(standing, extras)).toContain('↓')
})
