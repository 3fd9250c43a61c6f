import { expect, test } from 'vitest'
import { boxCards, plannedPart, plannedRun, plannedServer, plannedStage } from '../../testing/box-plan-builder.ts'
import { TimeLeft } from './time-left.ts'

const [first, second] = boxCards(2).map((card) => plannedServer([card]))
const servers = [first!, second!]
const runs = [plannedRun('one', { minutes: 4 }), plannedRun('two', { minutes: 6 })]
const stage = plannedStage(servers, [
  plannedPart('alone', [first!], [runs[0]!]),
  {
    kind: 'together',
    lanes: [
      { server: first!.id, runs },
      { server: second!.id, runs: [runs[0]!] },
    ],
  },
])

test('lanes run side by side, parts and stages one after another; the first server starts alone', () => {
  const left = new TimeLeft([stage, stage], () => 0)
  expect(left.read(0)).toEqual({ run: 0, stage: 3 + 3 + 4 + 10, plan: 40 })
})

test('what is left is corrected by what it really took', () => {
  let minute = 0
  const left = new TimeLeft([stage, stage], () => minute * 60_000)
  for (const { id } of servers) {
    left.begin(left.startOf(0, id))
    minute += 3
    left.end(left.startOf(0, id), true)
  }
  // starts took as long as planned, and the first run half as long
  const one = left.runOf(0, 0, 0, 0)
  left.begin(one)
  minute += 2
  left.end(one, true)
  const running = left.runOf(0, 1, 0, 0)
  left.begin(running)
  minute += 1
  // the other lane has not begun its run, which is of the same time
  expect(left.read(0, running)).toEqual({ run: 1, stage: 2 + 3, plan: 2 + 3 + 6 + 2 + 5 })
})

test('what was cut short says nothing of the pace, and what takes longer than planned is never negative', () => {
  let minute = 0
  const left = new TimeLeft([stage], () => minute * 60_000)
  left.begin(left.runOf(0, 0, 0, 0))
  minute = 1
  left.end(left.runOf(0, 0, 0, 0), false)
  expect(left.read(0).stage).toBe(6 + 10)
  left.begin(left.runOf(0, 1, 0, 0))
  minute = 60
  expect(left.read(0, left.runOf(0, 1, 0, 0))).toMatchObject({ run: 0, stage: 6 + 4 + 6 })
})
