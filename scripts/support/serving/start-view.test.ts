import { expect, test } from 'vitest'
import type { StartProgress } from '../../../harness/endpoint/serve/start/phases.ts'
import { saidLive } from '../../../harness/testing/said-io.ts'
import { startView } from './start-view.ts'

const at = (totalS: number, phase: StartProgress['phase'], over: Partial<StartProgress> = {}): StartProgress => ({
  phase,
  phaseMs: totalS * 500,
  totalMs: totalS * 1000,
  share: null,
  bytes: null,
  ...over,
})

function shown(given: readonly StartProgress[]): string[] {
  const { live, said, at: time } = saidLive()
  const view = startView(live, { name: 'llama', weightsBytes: 9.1e9 })
  for (const each of given) {
    time(each.totalMs)
    view.onPhase(each)
  }
  view.ended()
  return said()
}

const night = [
  at(0, 'boot'),
  ...Array.from({ length: 100 }, (_, second) => at(second + 1, 'download', { bytes: second * 10e6 })),
  at(101, 'load', { share: 0.25 }),
  // said again once the server answers
  at(120, 'ready'),
  at(121, 'ready'),
]

test('in a log a phase is a line as it begins, and every 30 seconds', () => {
  expect(shown(night)).toEqual([
    'llama: starting the program, 0 s; 0 s since the start',
    'llama: downloading the weights 0 MB of 9.1 GB, 1 s; 1 s since the start',
    'llama: downloading the weights 300 MB of 9.1 GB, 16 s; 31 s since the start',
    'llama: downloading the weights 600 MB of 9.1 GB, 31 s; 1 min 1 s since the start',
    'llama: downloading the weights 900 MB of 9.1 GB, 46 s; 1 min 31 s since the start',
    'llama: loading the weights 25 %, 51 s, about 2 min 32 s left; 1 min 41 s since the start',
    'llama: ready after 2 min',
  ])
})
