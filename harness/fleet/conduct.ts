import { sleepUnlessAborted } from '../clock.ts'
import { JoulemarkError } from '../errors.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import type { Conduct } from './conduct-given.ts'
import { follow } from './follow.ts'
import { Held } from './held.ts'
import { nextStep } from './next-boxes.ts'
import { type Campaign, isFinal } from './state.ts'
import { findSubmitted, start } from './submit.ts'

/**
 * Conducts a campaign until every box has ended, or `signal` aborts: submits what may start, follows what was submitted, brings
 * the records of what ended. Returns the last state, which was kept. An engine that does not answer is asked again.
 */
export async function conduct(campaign: Campaign, given: Conduct): Promise<Campaign> {
  const state = new Held(campaign, given)
  while (!given.signal.aborted) {
    const done = await answered(given, async () => oneRound(state, given))
    if (done) break
    await sleepUnlessAborted(given.clock, state.sleepMs, given.signal)
  }
  // a submission that was cut may have made jobs: they are left or cancelled like all others
  if (given.signal.aborted) await answered(given, async () => findSubmitted(state, given))
  return state.campaign
}

/** One round; true when nothing is left to do. False where the engine does not answer now. */
async function answered({ say, signal }: Conduct, round: () => Promise<boolean>): Promise<boolean> {
  try {
    return await round()
  } catch (error) {
    if (!(error instanceof JoulemarkError) || error.code !== 'environment' || error instanceof DiskError) throw error
    if (!signal.aborted) say(`${error.message}; asking again`)
    return false
  }
}

async function oneRound(state: Held, given: Conduct): Promise<boolean> {
  await findSubmitted(state, given)
  await follow(state, given)
  for (;;) {
    const step = nextStep(state.campaign, given.fleet.atOnce)
    if (step.kind === 'done') return true
    if (step.kind === 'start') {
      await start(state, step.boxes, given)
      return state.campaign.boxes.every(isFinal) && nextStep(state.campaign, given.fleet.atOnce).kind === 'done'
    }
    const canary = await given.judge(state.campaign)
    given.say(`canary: ${canary.reason}`)
    state.set({ ...state.campaign, canary })
    if (!canary.goOn) {
      state.change(
        state.campaign.boxes.filter((box) => box.part === 'fleet' && box.state === 'planned'),
        { state: 'held', reason: 'the canary is not good' },
      )
    }
  }
}
