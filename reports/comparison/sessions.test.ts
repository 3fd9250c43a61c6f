import { describe, expect, test } from 'vitest'
import { gbpPerUnits } from '../../harness/metrics/cost.ts'
import { METRIC_DEFINITIONS } from '../../harness/metrics/definitions.ts'
import { sessionValues } from '../../harness/metrics/session/session-values.ts'
import { RequestTable } from '../../harness/record/request-table.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { requestRow } from '../../harness/testing/rows.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { buildReport } from '../build.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { turnCharts } from '../charts/turn-charts.ts'
import { formatCell } from '../render/format-cell.ts'
import { selectRuns } from '../tables/selection.ts'
import { runTurnsTable } from './sessions.ts'

/** A run of 6 sessions an hour at 300 W, with three turns. */
function sessionRun(over: Partial<RunRecord> = {}): RunRecord {
  const rows = [1, 2, 3].map((turn) =>
    requestRow({
      session: 1,
      turn,
      turnsLeft: 3 - turn,
      dispatchedMs: turn * 1000,
      firstTokenMs: turn * 1000 + (turn === 1 ? 800 : 90 + turn),
      lastTokenMs: turn * 1000 + 900,
      promptTokens: 4000 + 500 * turn,
      cachedTokens: turn === 1 ? 0 : 4000,
    }),
  )
  const sessions = sessionValues(new RequestTable(rows), {
    startMs: 0,
    endMs: 10_000,
    slo: { ttftMs: 1000 },
    energyJ: 3000,
    definitions: METRIC_DEFINITIONS,
  })
  const run = makeRun({
    card: 'rtx-4090',
    scenario: 'agent',
    title: 'An agent',
    result: { finishedSessionsPerHour: 6, meanPowerW: 300, joulesPerFinishedSession: 180_000, goodSessionShare: 1 },
  })
  const load = {
    shape: 'closed' as const,
    concurrency: 2,
    rampSeconds: 1,
    session: { turns: 3, thinkSeconds: 0, userTokens: 500 },
  }
  return {
    ...run,
    scenario: { ...run.scenario, load } as RunRecord['scenario'],
    trials: [makeTextTrial({ sessions })],
    ...over,
  }
}

const cellsOf = (runs: readonly RunRecord[], id: string) => {
  const table = buildReport(runs).tables.find((each) => each.id === id)
  return new Map(
    table?.rows.map((row) => [row.id, row.cells.map((cell) => formatCell(cell).main.replaceAll('\u00a0', ' '))]),
  )
}

describe('the tables of sessions', () => {
  test('have the cost of a finished session by the formula of every cost', () => {
    const facts = catalogueFacts()
    const inputs = {
      ...facts.money,
      priceGbp: facts.priceGbp('rtx-4090')!.value,
      idleW: facts.card('rtx-4090')!.idleW!.value,
    }
    const gbp = gbpPerUnits(6 / 3600, 1, 300, inputs) as number
    const [, , cell] = cellsOf([sessionRun()], 'sessions').get('agent-cost') ?? []
    expect(gbp).toBeGreaterThan(0.001)
    expect(cell).toBe(`£${gbp.toFixed(Math.max(2, 2 - Math.floor(Math.log10(gbp))))}`)
  })

  test('have one row for each span of turns, with its latency and its cache hits', () => {
    const rows = cellsOf([sessionRun()], 'turns')
    expect(rows.get('agent-rtx-4090-1')).toEqual(['RTX 4090', '1', '800', '800', '1.01', '0.0', '4,500', '1'])
    expect(rows.get('agent-rtx-4090-2')?.slice(0, 3)).toEqual(['RTX 4090', '2', '92'])
    expect(runTurnsTable(sessionRun())?.rows).toHaveLength(3)
  })

  test('are left out of a report without sessions', () => {
    expect(buildReport([makeRun({ card: 'rtx-4090' })]).tables.map(({ id }) => id)).not.toContain('sessions')
    expect(runTurnsTable(makeRun({ card: 'rtx-4090' }))).toBeNull()
  })
})

test('a chart of TTFT by turn has the median, the 90th percentile and the cache hits, and says them in words', () => {
  const [chart] = turnCharts(selectRuns([sessionRun()], catalogueFacts()), () => 0)
  expect(chart).toMatchObject({
    kind: 'lines',
    panels: [
      {
        lines: [
          {
            points: [
              [1, 800],
              [2, 92],
              [3, 93],
            ],
          },
          {
            points: [
              [1, 800],
              [2, 92],
              [3, 93],
            ],
          },
        ],
      },
      {
        lines: [
          {
            points: [
              [1, 0],
              [2, 80],
              [3, expect.closeTo(72.7, 1)],
            ],
          },
        ],
      },
    ],
    summary: expect.stringContaining('RTX 4090: 800 ms at turn 1, 92 ms at turn 2'),
  })
})

test('the asked hit rate stands beside the measured ones', () => {
  const run = makeRun({ card: 'rtx-4090', result: { cacheHitRate: 0.598, cacheHitRateByUsage: 0.601 } })
  const asking = {
    ...run,
    scenario: { ...run.scenario, prompt: { tokens: 512, prefixCache: 'hits:60%' } } as RunRecord['scenario'],
  }
  const rows = cellsOf([asking], 'cache')
  expect([...rows.values()].map((cells) => cells.slice(1))).toEqual([
    ['Asked', '60.0 %'],
    ['By the counters of the server', '59.8 %'],
    ['By usage', '60.1 %'],
  ])
  expect(cellsOf([run], 'cache').size).toBe(0)
})
