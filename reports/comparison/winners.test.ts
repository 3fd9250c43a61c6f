import { expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { verdictTable } from './verdict.ts'
import { winnerOf } from './winners.ts'

const ada = makeRun({
  card: 'rtx-4090',
  result: { outputTokensPerS: [1100, 1090, 1110], meanPowerW: 360, ttftMsP50: 400 },
})
const pro = makeRun({
  card: 'rtx-pro-6000-max-q',
  result: { outputTokensPerS: [1380, 1370, 1390], meanPowerW: 250, ttftMsP50: 200 },
})
const withSlo = (run: RunRecord, ttftMs: number): RunRecord => ({
  ...run,
  scenario: { ...run.scenario, slo: { ttftMs } },
})

function winner(runs: RunRecord[], facts = makeFacts()) {
  const selection = selectRuns(runs, facts)
  return winnerOf(selection.scenarios[0]!, selection, facts)
}

test("the lowest cost per token wins, with the article's figures by 2.57 and not by 5", () => {
  expect(winner([ada, pro])).toMatchObject({
    card: { label: 'RTX 4090' },
    alone: null,
    why: '2.57x cheaper: £0.0289 against £0.0742 (RTX PRO 6000 Max-Q) per million output tokens',
  })
})

test('a card that breaks the service level of the scenario is out, however cheap', () => {
  const found = winner([withSlo(ada, 300), withSlo(pro, 300)])
  expect(found).toMatchObject({ card: { label: 'RTX PRO 6000 Max-Q' }, alone: 'slo' })
  expect(found.why).toBe('RTX 4090: TTFT, median: 400 ms exceeds the limit of 300 ms')
})

test('out of memory never wins, whether the run or arithmetic says so', () => {
  const evidence = 'CUDA out of memory: tried to allocate 2.1 GiB'
  const failed = makeRun({ card: 'rtx-4090', status: 'failed', failure: 'x', oom: evidence })
  expect(winner([failed, pro])).toMatchObject({
    card: { label: 'RTX PRO 6000 Max-Q' },
    alone: 'memory',
    why: 'RTX 4090: the server ran out of memory',
    evidence: [`Llama 3.1 8B FP8 batch 32 agg: RTX 4090: ${evidence}`],
  })
  // A record with figures from before it ran out is no better.
  const late = makeRun({ card: 'rtx-4090', oom: evidence, result: { outputTokensPerS: 9000, meanPowerW: 10 } })
  expect(winner([late, pro]).card?.label).toBe('RTX PRO 6000 Max-Q')
  expect(winner([failed])).toMatchObject({ card: null, why: 'RTX 4090: the server ran out of memory' })
  const facts = makeFacts({
    fit: () => ({
      value: { fits: false, reason: 'does not fit: 72.7 GB of weights on 24 GB', evidence: '72.7 GB on 25.3 GB' },
    }),
  })
  const elsewhere = makeRun({ card: 'rtx-4090', scenario: 'other', startedAt: '2026-11-02T00:00:00Z' })
  expect(winner([pro, elsewhere], facts).why).toBe('RTX 4090: does not fit: 72.7 GB of weights on 24 GB')
})

test('what was not measured or is unknown decides nothing', () => {
  const elsewhere = makeRun({ card: 'rtx-pro-6000-max-q', scenario: 'other', startedAt: '2026-11-02T00:00:00Z' })
  expect(winner([ada, elsewhere])).toMatchObject({ card: null, why: 'RTX PRO 6000 Max-Q: not measured' })
  const blind = makeRun({ card: 'rtx-pro-6000-max-q', result: { outputTokensPerS: 1380, meanPowerW: 'no sensor' } })
  expect(winner([ada, blind])).toMatchObject({ card: null })
  expect(winner([ada])).toMatchObject({ card: null, why: 'only one card was measured' })
})

test('a difference within the intervals has no winner', () => {
  const parity = makeRun({
    card: 'rtx-pro-6000-max-q',
    result: { outputTokensPerS: [3400, 3000, 3800], meanPowerW: 250 },
  })
  const found = winner([ada, parity])
  expect(found.card).toBeNull()
  expect(found.why).toMatch(/^too close to call: £0\.0289 against £0\.0301/)
})

test('the verdict names only the rules that fired, with their workloads', () => {
  const facts = makeFacts()
  const selection = selectRuns([ada, pro], facts)
  const table = verdictTable([winner([ada, pro])], selection, facts)!
  expect(table.rows.map((row) => row.id)).toEqual(['rtx-4090-cheaper'])
  expect(table.rows[0]!.cells[2]).toMatchObject({ text: '1 workload: Llama 3.1 8B FP8 batch 32 agg' })
  expect(verdictTable([winner([ada])], selection, facts)).toBeNull()
  // a card that misses the SLO runs the workload all the same
  const withinSlo = verdictTable([winner([withSlo(ada, 300), withSlo(pro, 300)])], selection, facts)!
  expect(withinSlo.rows[0]!.cells[1]).toMatchObject({ text: 'no other card here meets the SLO of the workload' })
})

test('in an open loop the service level is judged by TTFT from schedule', () => {
  const open = (run: RunRecord, ttftFromScheduleMs: number): RunRecord => {
    const { result, scenario } = withSlo(run, 300)
    const load = { shape: 'open', ratePerS: 4, arrivals: 'poisson', burstiness: 1, rampSeconds: 0, maxInFlight: 8 }
    const ttftFromScheduleMsP50 = { mean: ttftFromScheduleMs, ci95: null, n: 1, unit: 'ms' }
    return {
      ...run,
      scenario: { ...scenario, load } as RunRecord['scenario'],
      result: { ...result, ttftFromScheduleMsP50 },
    }
  }
  // sent at once the 4090 would take 400 ms, which is not what a user waits for
  const found = winner([open(ada, 250), open(pro, 500)])
  expect(found).toMatchObject({ card: { label: 'RTX 4090' }, alone: 'slo' })
  expect(found.why).toBe('RTX PRO 6000 Max-Q: TTFT from schedule, median: 500 ms exceeds the limit of 300 ms')
})
