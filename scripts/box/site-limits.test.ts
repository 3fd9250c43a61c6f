import { expect, test } from 'vitest'
import { plannedCards } from '../../harness/box/cards-here.ts'
import { allBack, atLimits, limitsByCard, setSiteLimits, siteLimitLines, siteLimits } from './site-limits.ts'

const cards = plannedCards('rtx-4090,rtx-4090,l40s', ['GPU-a', 'GPU-b', 'GPU-c'])

test('the flag is for all cards; without it each card has the limit of its kind, or none', () => {
  expect(limitsByCard(siteLimits(cards, 300, { l40s: 250 }))).toEqual({ 'GPU-a': 300, 'GPU-b': 300, 'GPU-c': 300 })
  expect(limitsByCard(siteLimits(cards, undefined, { 'rtx-4090': 350 }))).toEqual({ 'GPU-a': 350, 'GPU-b': 350 })
  expect(siteLimits(cards, undefined)).toEqual([])
})

test('the plan says what is set and that it is given back', () => {
  expect(siteLimitLines(siteLimits(cards, undefined, { 'rtx-4090': 350, l40s: 250 }))).toEqual([
    'power limit: 350 W for GPU 0, 1, set before anything is measured and given back at the end',
    'power limit: 250 W for GPU 2, set before anything is measured and given back at the end',
  ])
})

test('a night without limits sets nothing, and no run says that it was', async () => {
  const none = await setSiteLimits([], { nvidiaSmi: '/does/not/exist', out: 'results', say: () => undefined })
  expect(none.settingOf(['GPU-a'])).toBeUndefined()
  await none.restore()
})

test('a group that is not given back keeps no other group from it, and what was done is said', async () => {
  const said: string[] = []
  const group = (name: string, failure?: string) => ({
    restore: async () => {
      if (failure !== undefined) throw new Error(failure)
      return [`${name}: left alone: its limit is 350 W`]
    },
  })
  const back = allBack([group('GPU-a', 'GPU-a is lost'), group('GPU-b'), group('GPU-c', 'GPU-c is lost')], (line) => {
    said.push(line)
  })
  await expect(back).rejects.toThrow('GPU-a is lost; GPU-c is lost')
  expect(said).toEqual(['GPU-b: left alone: its limit is 350 W'])
})

test('a night whose limits were not given back keeps its result, and says that the cards are not back', async () => {
  const said: string[] = []
  const say = (line: string) => {
    said.push(line)
  }
  const lost = {
    restore: async () => {
      throw new Error('GPU-a is lost')
    },
  }
  expect(await atLimits(lost, say, async () => 'PASS')).toEqual({ result: 'PASS', areBack: false })
  expect(said).toEqual(['GPU-a is lost'])
  expect(await atLimits(null, say, async () => 'PASS')).toEqual({ result: 'PASS', areBack: true })
})
