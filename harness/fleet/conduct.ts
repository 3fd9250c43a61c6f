import { type Clock, sleepUnlessAborted } from '../clock.ts'
import { JoulemarkError } from '../errors.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { BoxJob, EngineBox, FleetEngine, JobHandle } from './engine.ts'
import { Held, sentenceOf } from './held.ts'
import { lastLineOf } from './log-tail.ts'
import { nextStep } from './next-boxes.ts'
import { boxAfter, withWords } from './outcome.ts'
import { boxFolder, type CampaignPlace, jobOf } from './plan.ts'
import { type Campaign, type CampaignBox, isFinal } from './state.ts'
import { startsAt, windowAt } from './window.ts'

/** What the conduct of a campaign is given; everything of the world is replaced in tests. */
export interface Conduct {
  readonly fleet: Fleet
  readonly place: CampaignPlace
  readonly engine: FleetEngine
  readonly clock: Clock
  /** Keeps the state, after every change. */
  readonly keep: (campaign: Campaign) => void
  /** One line of progress. */
  readonly say: (line: string) => void
  /** Runs of this campaign in the folder of a box. */
  readonly runsIn: (folder: string) => Promise<number>
  /** Judges the boxes of the canary, which have all ended. */
  readonly judge: (campaign: Campaign) => Promise<{ readonly goOn: boolean; readonly reason: string }>
  /** Ends the conduct; jobs that the engine has go on. */
  readonly signal: AbortSignal
  /** Time between two looks at the engine. */
  readonly pollMs: number
}

/** A closed window is looked at again after at most this time: the clock of the machine may be set meanwhile. */
const LONGEST_SLEEP_MS = 60_000

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

/** Looks at every submitted job, and brings what has ended. A box without a handle was submitted when the process was killed. */
async function follow(state: Held, given: Conduct): Promise<void> {
  const { engine, fleet, clock, signal, place, runsIn } = given
  const lost = state.campaign.boxes.filter((box) => box.state === 'submitted' && box.handle === null)
  if (lost.length > 0) await submit(state, lost, given)
  const boxes = state.campaign.boxes.filter((box) => box.state === 'submitted' && box.handle !== null)
  if (boxes.length === 0) return
  const handles = boxes.map(({ handle }) => handle as JobHandle)
  const waiting: CampaignBox[] = []
  const jobs = await engine.follow(handles, signal)
  for (const [index, box] of boxes.entries()) {
    const job = jobs[index]
    if (job === undefined) continue
    if (job.state === 'waiting') waiting.push(box)
    const after = boxAfter(box, job, { retries: fleet.retries, at: clock.wall() })
    if (after === box) continue
    if (job.state === 'waiting' || job.state === 'running') {
      state.put(after)
      continue
    }
    const folder = boxFolder(place.out, box.box)
    const problem = await collected(engine, handles[index]!, folder, signal)
    const runs = await runsIn(folder)
    state.put(withWords({ ...after, runs }, problem, lastLineOf(handles[index]!)))
    given.say(sentenceOf(state.box(box.box)))
  }
  await giveUp(state, waiting, given)
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
    await engine.cancel([box.handle])
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

/** Submits boxes that may start: not outside of the window, and not those that the engine takes no job for. */
async function start(state: Held, boxes: readonly CampaignBox[], given: Conduct): Promise<void> {
  const { fleet, clock, engine, say, signal, pollMs } = given
  state.sleepMs = pollMs
  if (boxes.length === 0) return
  const now = clock.wall().getTime()
  const at = startsAt(fleet.window, now, fleet.timeLimit * 1000)
  if (at === null || at.atMs > now) {
    const opens = at === null ? 'never' : new Date(at.atMs).toISOString().slice(0, 16)
    if (state.saidOpens !== opens) say(`waiting for the maintenance window: ${opens} UTC`)
    state.saidOpens = opens
    const isIdle = !state.campaign.boxes.some((box) => box.state === 'submitted')
    if (isIdle) state.sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(pollMs, (at?.atMs ?? now + LONGEST_SLEEP_MS) - now))
    return
  }
  const known = new Map(
    (
      await engine.boxes(
        boxes.map(({ box }) => box),
        signal,
      )
    ).map((each) => [each.name, each]),
  )
  const unusable = boxes.filter(({ box }) => known.get(box)?.usable !== true)
  for (const box of unusable) {
    state.change([box], { state: 'unusable', reason: reasonOf(known.get(box.box)) })
    say(sentenceOf(state.box(box.box)))
  }
  const usable = boxes.filter(({ box }) => known.get(box)?.usable === true)
  // kept before it is done: a crash between the two finds the job again by its id
  for (const box of usable)
    state.put({ ...box, state: 'submitted', attempt: box.attempt + 1, handle: null, reason: null, since: state.now() })
  await submit(
    state,
    usable.map(({ box }) => state.box(box)),
    given,
  )
}

const reasonOf = (box: EngineBox | undefined): string => box?.reason ?? 'unknown to the engine'

async function submit(state: Held, boxes: readonly CampaignBox[], given: Conduct): Promise<void> {
  if (boxes.length === 0) return
  const submitted = await given.engine.submit(
    boxes.map((box) => jobFor(box, given)),
    given.signal,
  )
  for (const [index, box] of boxes.entries()) {
    const one = submitted[index]
    if (one === undefined) continue
    if (one.handle === null) state.change([box], { state: 'refused', reason: one.reason })
    else state.put({ ...box, handle: one.handle })
    given.say(sentenceOf(state.box(box.box)))
  }
}

function jobFor({ box, attempt }: CampaignBox, { fleet, place, clock }: Conduct): BoxJob {
  const now = clock.wall().getTime()
  const until = fleet.window === undefined ? null : endOfWindow(fleet, now)
  return jobOf(fleet, place, {
    box,
    attempt,
    endWithinS: until === null ? null : Math.max(1, Math.floor((until - now) / 1000)),
  })
}

/** The end of the window that is open now; null for one that does not close. */
function endOfWindow({ window }: Fleet, nowMs: number): number | null {
  const now = windowAt(window!, nowMs)
  return now.isOpen ? now.untilMs : nowMs
}
