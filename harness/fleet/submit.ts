import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import type { Conduct } from './conduct-given.ts'
import type { BoxJob, EngineBox, Submitted } from './engine.ts'
import { type Held, sentenceOf } from './held.ts'
import { jobOf } from './plan.ts'
import { type CampaignBox, nothingYet } from './state.ts'
import { startsAt, windowAt } from './window.ts'

/** A closed window is looked at again after at most this time: the clock of the machine may be set meanwhile. */
const LONGEST_SLEEP_MS = 60_000

/** Submits boxes that may start: not outside of the window, and not those that the engine takes no job for. */
export async function start(state: Held, boxes: readonly CampaignBox[], given: Conduct): Promise<void> {
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

/** Hands boxes to the engine; each handle is kept as soon as the engine has it. */
async function submit(state: Held, boxes: readonly CampaignBox[], given: Conduct): Promise<void> {
  if (boxes.length === 0) return
  const jobs = boxes.map((box) => jobFor(box, given))
  const open = new Map(boxes.map((box, index) => [jobs[index]!.id, box]))
  const take = (id: string, { handle, reason }: Submitted) => {
    const box = open.get(id)
    if (box === undefined) return
    open.delete(id)
    if (handle === null) state.change([box], { state: 'refused', reason })
    else state.put({ ...box, handle })
    given.say(sentenceOf(state.box(box.box)))
  }
  const submitted = await given.engine.submit(jobs, given.signal, take)
  // an engine that starts all of them in one call answers for all of them at its end
  for (const [index, one] of submitted.entries()) take(jobs[index]!.id, one)
}

/**
 * Finds the jobs of boxes that were being submitted when the process was killed, the engine did not answer, or a person interrupted.
 * A box of which the engine has no job is planned again, as the same try: it starts as any other does. Always true.
 */
export async function findSubmitted(state: Held, given: Conduct): Promise<true> {
  const boxes = state.campaign.boxes.filter((box) => box.state === 'submitted' && box.handle === null)
  if (boxes.length === 0) return true
  const found = await given.engine.find(
    boxes.map((box) => jobFor(box, given)),
    // a person who interrupts waits for it: what is not found cannot be cancelled
    new AbortController().signal,
  )
  for (const [index, box] of boxes.entries()) {
    const handle = found[index] ?? null
    if (handle === null) state.change([box], { ...nothingYet, losses: box.losses, attempt: box.attempt - 1 })
    else state.put({ ...box, handle })
    if (handle !== null) given.say(sentenceOf(state.box(box.box)))
  }
  return true
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
