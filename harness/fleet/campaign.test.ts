import { expect, test } from 'vitest'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import { fleetOf } from '../testing/fleet-builder.ts'
import { continued, newCampaign } from './campaign.ts'
import type { KnownBoxes } from './known-boxes.ts'
import { nextStep } from './next-boxes.ts'
import type { Campaign, CampaignBox } from './state.ts'

const at = new Date(0)
const knownOf = ({ boxes, canary }: Fleet): KnownBoxes => {
  const isCanary = (name: string) => canary?.boxes.includes(name) === true
  const known = boxes.map((name) => ({ name, usable: true, reason: null, gpus: 8 }))
  return { canary: known.filter(({ name }) => isCanary(name)), others: known.filter(({ name }) => !isCanary(name)) }
}
const begun = (fleet: Fleet, states: Readonly<Record<string, CampaignBox['state']>> = {}): Campaign => {
  const campaign = newCampaign(fleet, knownOf(fleet), at)
  return { ...campaign, boxes: campaign.boxes.map((box) => ({ ...box, state: states[box.box] ?? box.state })) }
}
const goOn = (found: Campaign, fleet: Fleet) => continued(found, fleet, knownOf(fleet), at)
const withCanary = (box: string) => fleetOf(['a', 'b', 'c'], { canary: { boxes: [box], goOn: 'no-regression' } })
const plain = fleetOf(['a', 'b', 'c'])
/** What happens next: the judgement, or the boxes that start. */
const next = (campaign: Campaign) => {
  const step = nextStep(campaign, 9)
  return step.kind === 'start' ? step.boxes.map(({ box }) => box) : step.kind
}

test('a campaign that goes on keeps what it is compared with, where nothing else is named', () => {
  const found = begun(fleetOf(['a'], { against: '/before' }))
  expect(goOn(found, fleetOf(['a'])).against).toBe('/before')
  expect(goOn(found, fleetOf(['a'], { against: '/other' })).against).toBe('/other')
  expect(goOn(begun(fleetOf(['a'])), fleetOf(['a'])).against).toBeNull()
})

test('a canary that was added holds the boxes that have not started; one that was taken away does not', () => {
  const found = begun(plain, { a: 'submitted' })
  expect(next(goOn(found, plain))).toEqual(['b', 'c'])
  expect(next(goOn(found, withCanary('b')))).toEqual(['b'])
  expect(next(goOn(begun(withCanary('b'), { a: 'submitted' }), plain))).toEqual(['b', 'c'])
})

test('a canary is judged again: another box of it, or its rule, may not be good', () => {
  const good = { goOn: true, reason: 'good' }
  const found = { ...begun(withCanary('a'), { a: 'measured', b: 'measured' }), canary: good }
  expect(next(found)).toEqual(['c'])
  expect(next(goOn(found, withCanary('b')))).toBe('judge-canary')
  expect(next(goOn(found, withCanary('a')))).toBe('judge-canary')
  expect(next(goOn(found, withCanary('c')))).toEqual(['c'])
})

test('a box that was measured and is no box of the fleet any more is kept, and decides nothing', () => {
  const found = begun(withCanary('a'), { a: 'measured' })
  const after = goOn(found, fleetOf(['b', 'c']))
  expect(after.boxes.map(({ box, part }) => [box, part])).toEqual([
    ['a', 'fleet'],
    ['b', 'fleet'],
    ['c', 'fleet'],
  ])
  expect(next(after)).toEqual(['b', 'c'])
})
