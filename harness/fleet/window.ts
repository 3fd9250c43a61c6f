import type { FleetFile } from '../scenario/fleet/schema.ts'

export type FleetWindow = NonNullable<FleetFile['window']>

/** A maintenance window at one moment. */
export type WindowNow =
  /** Open; it closes at `untilMs`, or not within the next eight days (null). */
  | { readonly isOpen: true; readonly untilMs: number | null }
  /** Closed; it opens at `opensMs`. */
  | { readonly isOpen: false; readonly opensMs: number }

const MINUTE_MS = 60_000
/** Zones change their offset at quarters of an hour of UTC, so that no change is jumped over. */
const GRID_MS = 15 * MINUTE_MS
/** A window opens at least once per week. */
const HORIZON_MS = 8 * 24 * 60 * MINUTE_MS

/**
 * The window at a moment. It is open while the clock on the wall of its time zone is in it: a night over midnight belongs to
 * the day on which it began, and in nights on which clocks change it ends when the clock first shows its end. Pure.
 */
export function windowAt(window: FleetWindow, atMs: number): WindowNow {
  const wall = wallClock(window.timeZone)
  const isOpen = isOpenAt(window, wall(atMs))
  for (let ms = nextStep(window, wall, atMs); ms - atMs <= HORIZON_MS; ms = nextStep(window, wall, ms)) {
    if (isOpenAt(window, wall(ms)) !== isOpen) return isOpen ? { isOpen, untilMs: ms } : { isOpen, opensMs: ms }
  }
  // the schema has at least one day and two valid times, so that a closed window opens within a week
  return isOpen ? { isOpen, untilMs: null } : { isOpen, opensMs: atMs + HORIZON_MS }
}

/** When a box of this length may start: now, or at which moment one can look again; null for a length that never fits. Pure. */
export function startsAt(
  window: FleetWindow | undefined,
  atMs: number,
  lengthMs: number,
): { readonly atMs: number } | null {
  if (window === undefined) return { atMs }
  let ms = atMs
  while (ms - atMs <= HORIZON_MS) {
    const now = windowAt(window, ms)
    if (now.isOpen && (now.untilMs === null || now.untilMs - ms >= lengthMs)) return { atMs: ms }
    if (!now.isOpen) ms = now.opensMs
    else if (now.untilMs !== null) ms = now.untilMs
    else return { atMs: ms }
  }
  return null
}

/** Time for the start of a job after a window has opened: the queue of the engine, the start of its program. */
const START_MS = 5 * MINUTE_MS

/**
 * Why no box of this length can be started in a window; null where it can. The opening is seen up to `pollMs` late, and a job does
 * not start at once, so that one which needs the whole window would be put off to the next one each time. Pure.
 */
export function windowTooShort(
  window: FleetWindow | undefined,
  atMs: number,
  { lengthMs, pollMs }: { readonly lengthMs: number; readonly pollMs: number },
): string | null {
  if (startsAt(window, atMs, lengthMs) === null) return 'timeLimit is longer than the window is open'
  const marginMs = START_MS + pollMs
  if (startsAt(window, atMs, lengthMs + marginMs) !== null) return null
  return `timeLimit leaves no time to start in it; expected a window that is open ${Math.ceil(marginMs / MINUTE_MS)} minutes longer than timeLimit`
}

/** The clock on the wall: day of the week from 0 for Monday, and minutes since midnight. */
interface WallTime {
  readonly day: number
  readonly minutes: number
}

function isOpenAt({ days, from, to }: FleetWindow, { day, minutes }: WallTime): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const opensOn = (number: number) => days.some((each) => dayNumbers[each] === (number + 7) % 7)
  if (start < end) return opensOn(day) && minutes >= start && minutes < end
  return (minutes >= start && opensOn(day)) || (minutes < end && opensOn(day - 1))
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const dayNumbers = { mon: 0, tue: 1, wed: 2, thu: 3, fri: 4, sat: 5, sun: 6 } as const

/** The next moment at which the window may open or close: an edge of it, midnight, or the next quarter of an hour. */
function nextStep({ from, to }: FleetWindow, wall: (ms: number) => WallTime, ms: number): number {
  const { minutes } = wall(ms)
  const toEdge = [minutesOf(from), minutesOf(to), 24 * 60].map((edge) => edge - minutes).filter((left) => left > 0)
  const minute = Math.floor(ms / MINUTE_MS) * MINUTE_MS
  const grid = (Math.floor(ms / GRID_MS) + 1) * GRID_MS
  return Math.min(grid, ...toEdge.map((left) => minute + left * MINUTE_MS))
}

function wallClock(timeZone: string): (ms: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  } as const)
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    const day = dayNumbers[parts['weekday']!.toLowerCase() as keyof typeof dayNumbers]
    return { day, minutes: Number(parts['hour']) * 60 + Number(parts['minute']) }
  }
}
