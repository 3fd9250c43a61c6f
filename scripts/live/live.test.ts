import { expect, test } from 'vitest'
import { missing } from '../../harness/record/measured.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { saidLive } from '../../harness/testing/said-io.ts'
import { makeTick } from '../../harness/testing/tick-builder.ts'
import { makeTextTrial, median } from '../../harness/testing/trial-builder.ts'

test('a log has a line for each phase, and one every 30 seconds with everything that is known', () => {
  const { live, at, said } = saidLive()
  const lane = live.lane('GPU 0')
  for (let second = 0; second <= 60; second += 1) {
    at(second * 1000)
    lane.tick(makeTick({ label: 'warm-up', elapsedMs: second * 1000, events: 900 }))
  }
  lane.tick(makeTick({ label: 'cool-down', waitingFor: 'cooling, no load: 9 °C above the first trial' }))
  expect(said()).toEqual([
    'GPU 0: warm-up: 60 s of load',
    'GPU 0: warm-up: 30/60 s, 8 in flight, 300 W, 64 °C, KV cache 41 %, 21.3 GiB',
    'GPU 0: warm-up: 60/60 s, 8 in flight, 300 W, 64 °C, KV cache 41 %, 21.3 GiB',
    'GPU 0: cool-down: cooling, no load: 9 °C above the first trial, at most 60 s',
  ])
})

test('a run begins with its title, and each of its lines says of how many trials; simulated ones say so', () => {
  const { live, said } = saidLive()
  const lane = live.lane()
  const record = makeRun({ card: 'rtx-4090', source: 'simulated' })
  lane.started(record, 'results/run')
  lane.tick(makeTick())
  lane.trialDone(makeTextTrial({ tokensPerJ: missing('no card') }), record)
  const [title, begins, trial] = said()
  expect(title).toMatch(/^.+ on .+; record: results\/run$/)
  expect(begins).toMatch(/^trial 1 of \d+( to \d+)?: 60 s of load$/)
  expect(trial).toMatch(/^trial 1 of .* done: 2000\.0 tokens\/s, .*\(SIMULATED\)$/)
})

test('a trial of an open loop shows TTFT from schedule first, one of a closed loop its throughput', () => {
  const shown = (load: object): string => {
    const { live, said } = saidLive()
    const trial = makeTextTrial({ ttftFromScheduleMs: median(53.21), tokensPerJ: missing('no card') })
    live.lane().trialDone(trial, makeRun({ card: 'rtx-4090', scenarioFields: { load } }))
    return said()[0] ?? ''
  }
  expect(shown({ shape: 'open', ratePerS: 4 })).toContain('done: TTFT from schedule, median 53.2 ms, 2000.0 tokens/s')
  expect(shown({ shape: 'closed', concurrency: 4 })).toContain('done: 2000.0 tokens/s')
})

test('a note is not a warning, and both are said without progress', () => {
  const { live, said } = saidLive({ isShown: false })
  const lane = live.lane()
  lane.doing('calibrating')
  lane.tick(makeTick())
  lane.note('highest rate that meets the SLO: 37 requests/s')
  lane.warn('no nvidia-smi')
  expect(said()).toEqual(['highest rate that meets the SLO: 37 requests/s', 'warning: no nvidia-smi'])
})

test('a warning that holds for every run is said once for each card', () => {
  const { live, said } = saidLive()
  for (const card of ['GPU 0', 'GPU 0', 'GPU 1']) live.lane(card).warn('this run cannot be quoted: it is SIMULATED')
  live.lane('GPU 0').warn('no p99 is possible')
  expect(said()).toEqual([
    'GPU 0: warning: this run cannot be quoted: it is SIMULATED',
    'GPU 1: warning: this run cannot be quoted: it is SIMULATED',
    'GPU 0: warning: no p99 is possible',
  ])
})

test('what a command has no use for is not said', () => {
  const { live, said } = saidLive({ isSaid: (message) => message !== 'about 7 requests' })
  live.lane('a').note('about 7 requests')
  live.lane('b').warn('a request failed')
  expect(said()).toEqual(['b: warning: a request failed'])
})

test('text from outside is one line, and controls no terminal', () => {
  const { live, said } = saidLive()
  live.step('model \u001b[2J').at('400 W\r\n\u202eabc', true)
  live.lane('GPU\n0').warn('line one\nline two')
  expect(said()).toEqual(['model  [2J: 400 W abc', 'GPU 0: warning: line one line two'])
})
