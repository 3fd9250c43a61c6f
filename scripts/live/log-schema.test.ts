import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeTick } from '../../harness/testing/tick-builder.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { jsonLog } from './json-log.ts'
import { openLive } from './live.ts'
import { logLineSchema } from './log-schema.ts'

test('every kind of line is as the schema says', () => {
  const lines: string[] = []
  const { view } = jsonLog((line) => lines.push(line))
  const live = openLive(view)
  const lane = live.lane('GPU 0')
  const record = makeRun({ card: 'rtx-4090' })
  lane.doing('calibrating the client')
  lane.started(record, 'results/run')
  lane.tick(makeTick({ events: 7 }))
  lane.tick(makeTick({ label: 'cool-down', powerW: null, waitingFor: 'cooling, no load' }))
  lane.trialDone(makeTextTrial({}), record)
  live.step('server').at('loading the weights', true)
  lane.warn('slow')
  view.event?.({ event: 'error', level: 'error', message: 'no such file', exitCode: 2 })
  const parsed = lines.map((line) => logLineSchema.parse(JSON.parse(line)))
  expect(parsed.map(({ event }) => event)).toEqual([
    ...['step', 'run-started', 'progress', 'progress', 'trial', 'step', 'message', 'error'],
  ])
  // and has no field that is not in it
  expect(parsed).toEqual(lines.map((line) => JSON.parse(line)))
})
