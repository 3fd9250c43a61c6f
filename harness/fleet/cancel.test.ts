import { expect, test } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import { fleetOf } from '../testing/fleet-builder.ts'
import { newCampaign } from './campaign.ts'
import { cancelAll } from './cancel.ts'
import { boxAfter } from './outcome.ts'
import type { Campaign } from './state.ts'

const at = new Date(0)
const fleet = fleetOf(['a', 'b', 'c', 'd'])
const others = fleet.boxes.map((name) => ({ name, usable: true, reason: null, gpus: 8 }))
const planned = newCampaign(fleet, { canary: [], others }, at)

/** Boxes a and b with jobs, c that was being submitted, d that is still to come. */
const campaign: Campaign = {
  ...planned,
  boxes: planned.boxes.map((box) => {
    const handle = { id: `jm-${box.box}-1`, box: box.box, native: '1', outFolder: '/o', logFolder: '/o' }
    if (box.box === 'd') return box
    return { ...box, state: 'submitted', attempt: 1, running: box.box === 'a', handle: box.box === 'c' ? null : handle }
  }),
}
const retries = { retries: 0, at }

test('a box whose job was cancelled starts again; the others are followed and named', async () => {
  const engine = { cancel: async () => [null, 'Connection timed out'] }
  const { campaign: after, jobs, problems } = await cancelAll(campaign, engine, at)
  expect(jobs).toBe(1)
  expect(problems).toEqual(['b: Connection timed out', 'c: the engine did not say whether it has a job'])
  const [a, b, c, d] = after.boxes
  expect(a).toMatchObject({ state: 'submitted', cancelled: true, reason: 'cancelled; starts again with --resume' })
  expect([b, c, d]).toEqual(campaign.boxes.slice(1))
  const lost = { state: 'lost', kind: 'cancelled', reason: 'cancelled' } as const
  expect(boxAfter(a!, lost, retries)).toMatchObject({ state: 'planned', attempt: 1, cancelled: false, losses: 0 })
  expect(boxAfter(a!, { state: 'ended', exitCode: 130 }, retries)).toMatchObject({ state: 'planned' })
  // it had ended before it was cancelled
  expect(boxAfter(a!, { state: 'ended', exitCode: 1 }, retries)).toMatchObject({ state: 'measured', exitCode: 1 })
  // by a person, with the program of the engine
  expect(boxAfter(b!, lost, retries)).toMatchObject({ state: 'lost', lossKind: 'cancelled' })
})

test('an engine that does not answer has cancelled nothing', async () => {
  const cancel = async () => {
    throw new JoulemarkError('environment', 'ansible-playbook: no answer in 600 s')
  }
  const { campaign: after, jobs, problems } = await cancelAll(campaign, { cancel }, at)
  expect(jobs).toBe(0)
  expect(problems.slice(0, 2)).toEqual(['a', 'b'].map((box) => `${box}: ansible-playbook: no answer in 600 s`))
  expect(after).toEqual(campaign)
})
