import { expect, test } from 'vitest'
import { gateOf, type MeasuredRun, measuredRun } from '../testing/measured-run.ts'
import { median } from '../testing/trial-builder.ts'

const evidenceOf = (server: MeasuredRun['server'], ttftMs: number, e2eMs: number): string =>
  gateOf(
    measuredRun({
      scenario: { load: { shape: 'closed', concurrency: 4 } },
      server: server ?? {},
      trial: { ttftMs: median(ttftMs), e2eMs: median(e2eMs) },
    }),
    'steady-state',
  ).evidence

test('a server that runs 2 of 4 is named with its limit, and TTFT with what it is', () => {
  expect(evidenceOf({ runningMax: 2, waitingMax: 2 }, 1104, 2084)).toMatch(
    /; the server ran 2 of 4 requests at once \(its limit is max_num_seqs\), the others waited: TTFT is mostly queue$/,
  )
})

test('where the cache is full, that is the limit', () => {
  expect(evidenceOf({ runningMax: 2, waitingMax: 2, kvUsageMax: 0.98 }, 1104, 2084)).toContain(
    'its KV cache was 98.0 % full',
  )
})

test('where prompts take longer than the queue, TTFT only contains it', () => {
  expect(evidenceOf({ runningMax: 3, waitingMax: 1 }, 2000, 2100)).toContain('TTFT contains their time in the queue')
})
