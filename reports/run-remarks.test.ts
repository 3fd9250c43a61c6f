import { expect, test } from 'vitest'
import type { RunRecord } from '../harness/record/schema/run.ts'
import { buildReport } from './build.ts'
import { renderMarkdown } from './render/markdown.ts'
import { driftLimitText, runRemarks, soakText } from './run-remarks.ts'
import { runSummaryTable } from './tables/run-summary.ts'
import { makeComparedRun } from './testing/compare-builder.ts'

const soak =
  'cold-start throughput 1050.0 tokens/s (first third of trial 1), sustained throughput 1000.0 tokens/s (last third of trial 3): ' +
  'only the sustained throughput may be quoted'
const drifting = makeComparedRun({ findings: ['trial 1 drifts: -4.8 % tokens/s from its first third to its last'] })
const warm = 'cool-down before trial 2: after 60 s the card is still 9 °C above the start of the first trial'
const cooled: RunRecord = {
  ...drifting,
  coolDowns: [
    { beforeTrial: 1, startMs: 0, endMs: 60_000, outcome: 'timed-out', fromAboveC: 9, toAboveC: 9, finding: warm },
    { beforeTrial: 2, startMs: 0, endMs: 9000, outcome: 'reached', fromAboveC: 9, toAboveC: 3 },
  ],
  serverStart: { number: 2, of: 3 },
}

test('cold-start throughput is shown beside sustained throughput, at the end of a run and in the details of a report', () => {
  expect(runSummaryTable(drifting).notes).toContain(soak)
  expect(buildReport([drifting]).sources[0]?.remarks).toEqual([drifting.drift!.findings[0], soak])
  expect(renderMarkdown(buildReport([drifting]))).toContain('sustained throughput 1000.0 tokens/s')
})

test('neither is a figure of the result, which is all that a quote looks at', () => {
  expect(Object.keys(drifting.result).filter((key) => /cold|burst|soak/i.test(key))).toEqual([])
})

test('simulated figures are stamped', () => {
  expect(soakText(makeComparedRun({ findings: [], source: 'simulated' }))).toContain('(SIMULATED)')
})

test('what is unknown says why where the run ends, and nothing in a report', () => {
  const reason = 'not testable: lengthen the trial to a window of about 54 s or more, because requests take about 9.0 s'
  const check = { changeShare: null, p: null, drifts: false, reason, index: 0 }
  const unknown: RunRecord = {
    ...drifting,
    drift: {
      ...drifting.drift!,
      trials: [{ ...check, firstTokensPerS: null, lastTokensPerS: null }],
      coldBurstTokensPerS: null,
      soakedTokensPerS: null,
      findings: [],
    },
  }
  expect(soakText(unknown)).toBe(`cold-start and sustained throughput unknown: ${reason}`)
  expect(runRemarks(unknown)).toEqual([])
  expect(soakText(makeComparedRun())).toBeNull()
})

test('a card that did not cool is named, and which start of the server it was', () => {
  expect(runRemarks(cooled).slice(2)).toEqual([warm, 'server start 2 of 3'])
  expect(runSummaryTable(cooled).notes).toContain(warm)
})

test('a drift that its trials cannot show is no proof of none: the result says from what size on', () => {
  const check = { changeShare: 0.004, p: 0.7, drifts: false, index: 0, firstTokensPerS: 1000, lastTokensPerS: 1004 }
  const seen = (detectableShare: number): RunRecord => ({
    ...drifting,
    drift: { ...drifting.drift!, trials: [check, { ...check, index: 1, detectableShare }] },
  })
  const text = 'drift inside a trial: less than about 4 % is not testable: lengthen the trial'
  expect(driftLimitText(seen(0.0412))).toBe(text)
  expect(runSummaryTable(seen(0.0412)).notes).toContain(text)
  expect(driftLimitText(seen(0.03))).toBeNull()
  expect(driftLimitText(drifting)).toBeNull()
})

test('a run with other cards under load beside it says so', () => {
  const run = makeComparedRun({})
  const cards = [...run.gpus.map(({ uuid }) => uuid), 'GPU-beside']
  const said = 'measured while 1 other card of the server was under load'
  expect(runRemarks({ ...run, box: { part: 'together', cards, underLoad: cards } })).toContain(said)
  expect(runRemarks(run)).not.toContain(said)
})
