import { expect, test } from 'vitest'
import type { PlannedPart, PlannedRun, PlannedServer, PlannedStage } from './box-plan.ts'
import { CARD_PROBE_MINUTES, planMinutes } from './plan-minutes.ts'

const run = (minutes: number) => ({ minutes }) as PlannedRun
const server = (startMinutes: number, uuid: number) =>
  ({ startMinutes, cards: [{ uuid: `GPU-${uuid}` }], launch: { kind: 'server' } }) as unknown as PlannedServer
const part = (...lanes: number[][]): PlannedPart => ({
  kind: 'together',
  lanes: lanes.map((runs, index) => ({ server: `s${index}`, runs: runs.map(run) })),
})
const stage = (servers: number[], parts: PlannedPart[], number = 1): PlannedStage => ({
  start: { number, of: 2 },
  servers: servers.map(server),
  parts,
})

test('the next runs of a part begin when all lanes are done; the first server starts alone, then the others; each card is probed once', () => {
  const stages = [stage([3, 4], [part([2]), part([1, 2], [4])]), stage([5], [part([7])])]
  expect(planMinutes({ stages })).toEqual({ starting: 3 + 4 + 5, measuring: 2 * CARD_PROBE_MINUTES + 2 + (4 + 2) + 7 })
  // a second start finds the weights in memory
  expect(planMinutes({ stages: [stage([3, 4], [], 2)] })).toEqual({ starting: 4, measuring: 2 * CARD_PROBE_MINUTES })
  expect(planMinutes({ stages: [] })).toEqual({ starting: 0, measuring: 0 })
})
