import { expect, test } from 'vitest'
import { missing } from '../../harness/record/measured.ts'
import type { Tick } from '../../harness/run/progress.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeTextTrial, median } from '../../harness/testing/trial-builder.ts'
import { progressView } from './progress-view.ts'

const load: Tick = {
  label: 'trial 1',
  elapsedMs: 1000,
  totalMs: 60_000,
  inFlight: 8,
  eventsPerS: 900,
  powerW: 300,
  memoryMiB: null,
}
const cooling: Tick = {
  ...load,
  label: 'cool-down',
  inFlight: 0,
  powerW: 60,
  waitingFor: 'cooling, no load: 9 °C above the first trial, 3 °C required',
}

function shown(isTTY: boolean, ticks: readonly Tick[]): string[] {
  const written: string[] = []
  const view = progressView({ isTTY, color: false, write: (text) => written.push(text) }, true)
  for (const tick of ticks) view.tick(tick)
  return written
}

test('a live line shows that the card is cooling instead of the requests in flight', () => {
  const [line] = shown(true, [cooling])
  expect(line).toContain('cool-down')
  expect(line).toContain('1/60 s  cooling, no load: 9 °C above the first trial, 3 °C required  60 W')
  expect(line).not.toContain('in flight')
})

test('elsewhere a phase is one line: what it loads, or what it waits for', () => {
  expect(shown(false, [load, load, cooling, cooling])).toEqual([
    'trial 1: 60 s of load\n',
    'cool-down: cooling, no load: 9 °C above the first trial, 3 °C required, at most 60 s\n',
  ])
})

test.each([true, false])('an intermediate result is not a warning (progress shown: %s)', (isShown) => {
  const written: string[] = []
  const view = progressView({ isTTY: false, color: false, write: (text) => written.push(text) }, isShown)
  view.note('highest rate that meets the SLO: 37 requests/s')
  view.warn('no nvidia-smi')
  expect(written).toEqual(['highest rate that meets the SLO: 37 requests/s\n', 'warning: no nvidia-smi\n'])
})

test('a trial of an open loop shows TTFT from schedule first, one of a closed loop its throughput', () => {
  const lines = (load: object): string[] => {
    const written: string[] = []
    const view = progressView({ isTTY: false, color: false, write: (text) => written.push(text) }, true)
    const trial = makeTextTrial({ ttftFromScheduleMs: median(53.21), tokensPerJ: missing('no card') })
    view.trialDone(trial, makeRun({ card: 'rtx-4090', scenarioFields: { load } }))
    return written
  }
  expect(lines({ shape: 'open', ratePerS: 4 })).toEqual([
    '  trial 1: TTFT from schedule, median 53.2 ms, 2000.0 tokens/s\n',
  ])
  expect(lines({ shape: 'closed', concurrency: 4 })).toEqual(['  trial 1: 2000.0 tokens/s\n'])
})
