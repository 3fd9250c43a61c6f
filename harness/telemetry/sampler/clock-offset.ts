/** An item with nvidia-smi's stamp and the arrival time of its line, both in ms since the epoch. */
export interface Stamped {
  readonly stampMs: number
  readonly arrivalMs: number
}

export interface Placed<T> {
  readonly item: T
  /** When the sample was taken, on the clock of the arrivals. */
  readonly timeMs: number
}

export interface ClockStep {
  /** Arrival of the first sample after the step. */
  readonly atMs: number
  /** How far the wall clock moved: positive is forward. */
  readonly stepMs: number
}

/** Pipe and event loop delay arrivals; a larger offset for a whole second is a step of the wall clock, not a delay. */
const STEP_MS = 50
const CONFIRM_MS = 1000
const CONFIRM_SAMPLES = 4
/** Long enough for many on-time arrivals, short enough to follow a slewing clock. */
const ROLLING_MS = 30_000

/**
 * Converts nvidia-smi's stamps to the clock of the arrivals: offset = rolling minimum of (arrival - stamp), because
 * arrivals can be late and never early. A sample that is more than 50 ms off is held until the next second distinguishes
 * a delay (the next ones are on time again) from a step of the wall clock (they are not). Pure: reads no clock.
 */
export function createClockOffset<T extends Stamped>(onStep: (step: ClockStep) => void) {
  let recent: { arrivalMs: number; lagMs: number }[] = []
  let held: T[] = []

  const lagOf = (item: T): number => item.arrivalMs - item.stampMs
  const offsetMs = (): number => recent.reduce((min, { lagMs }) => Math.min(min, lagMs), Number.POSITIVE_INFINITY)
  const remember = (item: T): void => {
    recent.push({ arrivalMs: item.arrivalMs, lagMs: lagOf(item) })
    while (recent.length > 1 && (recent[0]?.arrivalMs ?? 0) < item.arrivalMs - ROLLING_MS) recent.shift()
  }
  const release = (): Placed<T>[] => {
    const offset = offsetMs()
    const placed = held.map((item) => ({ item, timeMs: item.stampMs + offset }))
    held = []
    return placed
  }
  /** Starts a new offset with the held samples and discards the old one. */
  const restart = (): void => {
    const first = held[0] as T
    const lags = held.map(lagOf)
    if (recent.length > 0) onStep({ atMs: first.arrivalMs, stepMs: offsetMs() - Math.min(...lags) })
    recent = []
    for (const item of held) remember(item)
  }

  return {
    /** Takes one sample in order of arrival; returns those whose time is now known, in order. */
    place(item: T): Placed<T>[] {
      held.push(item)
      // the first second determines the first offset, because the very first arrival is often late
      const isOnTime = recent.length > 0 && Math.abs(lagOf(item) - offsetMs()) <= STEP_MS
      if (isOnTime) {
        remember(item)
        return release()
      }
      const first = held[0] as T
      if (held.length < CONFIRM_SAMPLES || item.arrivalMs - first.arrivalMs < CONFIRM_MS) return []
      restart()
      return release()
    },
    /** Returns the samples still held, with the current offset: for the end of a run. */
    flush(): Placed<T>[] {
      if (held.length === 0) return []
      if (recent.length === 0) restart()
      return release()
    },
    offsetMs: (): number | null => (recent.length === 0 ? null : offsetMs()),
  }
}
