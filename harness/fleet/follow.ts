import { JoulemarkError } from '../errors.ts'
import type { Conduct } from './conduct-given.ts'
import type { FleetEngine, JobHandle, JobState } from './engine.ts'
import { type Held, sentenceOf } from './held.ts'
import { lastLineOf } from './log-tail.ts'
import { boxAfter, withWords } from './outcome.ts'
import { boxFolder } from './plan.ts'
import type { CampaignBox } from './state.ts'

type JobOver = Extract<JobState, { state: 'ended' | 'lost' }>

/** Rounds in which the records of a job that ended are asked for: an ssh connection or an API server fails for minutes. */
const COLLECT_ROUNDS = 5

/** Looks at every submitted job, and brings the records of those that have ended. */
export async function follow(state: Held, given: Conduct): Promise<void> {
  const { engine, fleet, clock, signal } = given
  const boxes = state.campaign.boxes.filter((box) => box.state === 'submitted' && box.handle !== null)
  // a job that is known to have ended is not asked for again: only its records are still to be brought
  const over = boxes.filter(({ exitCode }) => exitCode !== null)
  for (const box of over) await bring(state, box, { state: 'ended', exitCode: box.exitCode! }, given)
  const open = boxes.filter(({ exitCode }) => exitCode === null)
  if (open.length === 0) return
  const waiting: CampaignBox[] = []
  const jobs = await engine.follow(
    open.map(({ handle }) => handle!),
    signal,
  )
  for (const [index, box] of open.entries()) {
    const job = jobs[index]
    if (job === undefined) continue
    if (job.state === 'waiting') waiting.push(box)
    if (job.state === 'ended' || job.state === 'lost') await bring(state, box, job, given)
    else {
      const after = boxAfter(box, job, { retries: fleet.retries, at: clock.wall() })
      if (after !== box) state.put(after)
    }
  }
  await giveUp(state, waiting, given)
}

/** Brings the records of a job that is over. Where they cannot be fetched now, the box stays submitted, with the exit code of its job. */
async function bring(state: Held, box: CampaignBox, job: JobOver, given: Conduct): Promise<void> {
  const { engine, fleet, clock, signal, place, runsIn, say } = given
  const handle = box.handle!
  const folder = boxFolder(place.out, box.box)
  const problem = await collected(engine, handle, folder, signal)
  if (problem !== null && job.state === 'ended' && state.failedFetches(handle.id) < COLLECT_ROUNDS) {
    const reason = `records not brought yet: ${problem}`
    state.put({ ...box, running: false, exitCode: job.exitCode, reason })
    if (reason !== box.reason) say(sentenceOf(state.box(box.box)))
    return
  }
  const after = boxAfter(box, job, { retries: fleet.retries, at: clock.wall() })
  state.put(withWords({ ...after, runs: await runsIn(folder) }, problem, lastLineOf(handle)))
  say(sentenceOf(state.box(box.box)))
}

/** Ends jobs that wait for a box which takes no job any more: one that was drained meanwhile would be waited for without end. */
async function giveUp(state: Held, waiting: readonly CampaignBox[], { engine, signal, say }: Conduct): Promise<void> {
  if (waiting.length === 0) return
  const known = await engine.boxes(
    waiting.map(({ box }) => box),
    signal,
  )
  for (const { name, usable, reason } of known) {
    const box = state.box(name)
    if (usable || box?.handle == null) continue
    // a job that could not be cancelled would start later: it is followed on
    const [problem] = await engine.cancel([box.handle])
    if (problem !== null) continue
    state.change([box], { state: 'unusable', reason })
    say(sentenceOf(state.box(name)))
  }
}

/** Brings the records of a box; the reason where that failed. What is whole is there in any case. */
async function collected(
  engine: FleetEngine,
  handle: JobHandle,
  folder: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await engine.collect(handle, folder, signal)
    return null
  } catch (error) {
    if (!(error instanceof JoulemarkError) || signal.aborted) throw error
    return error.message
  }
}
