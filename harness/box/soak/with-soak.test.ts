import { expect, test } from 'vitest'
import {
  boxCards,
  boxPlanOf,
  plannedPart,
  plannedRun,
  plannedServer,
  plannedStage,
} from '../../testing/box-plan-builder.ts'
import { prefetchItems } from '../prefetch/items.ts'
import { withoutBlocked } from '../preflight/narrow.ts'
import { needsOf } from '../preflight/needs.ts'
import { withSoak } from './soak-plan.ts'

const cards = boxCards(2)
const servers = cards.map((card) => plannedServer([card], 'qwen3-4b'))
const night = boxPlanOf(cards, [plannedStage(servers, [plannedPart('together', servers, [plannedRun('batch')])])])
const plan = withSoak(night, 4, { port: 8000, tag: 'v0.31.0', cacheDir: '/c' })
const [image, weights] = [plan.soak?.lanes[0]?.server.launch.image ?? '', plan.soak?.lanes[0]?.server.launch.repository]

test('the image and the weights of the soak are part of what a night needs, and are downloaded before it', () => {
  expect(plan.downloads.map(({ what, repository }) => repository ?? what)).toEqual([image, weights])
  expect(needsOf(plan).images).toContain(image)
  expect(needsOf(plan).weights).toContainEqual({ repository: weights, bytes: expect.any(Number) })
  expect(prefetchItems(plan).map(({ name }) => name)).toEqual(expect.arrayContaining([image, weights]))
  expect(prefetchItems(night).map(({ name }) => name)).not.toContain(weights)
})

test('what keeps its servers from starting leaves out the soak, with the reason, and not the night', () => {
  const reason = 'its repository asks for a licence'
  const { plan: left, ends } = withoutBlocked(plan, [
    { reason, fix: '', hits: ({ launch }) => launch.repository === weights },
  ])
  expect(ends).toBeNull()
  expect(left.soak?.lanes).toEqual([])
  expect(left.leftOut).toEqual([{ name: 'soak', reason }])
  expect(left.stages).toEqual(plan.stages)
  expect(left.downloads.map(({ repository }) => repository)).not.toContain(weights)
})

test('a card that no server is left for has no load in the soak either', () => {
  const { plan: left } = withoutBlocked(plan, [
    { reason: 'a process runs on it', fix: '', hits: (server) => server.cards.some(({ index }) => index === 1) },
  ])
  expect(left.soak?.lanes.map(({ card }) => card.index)).toEqual([0])
  expect(left.leftOut).toEqual([{ name: 'GPU 1', reason: 'a process runs on it' }])
})
