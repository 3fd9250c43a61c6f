import type { Engine } from './engine.ts'

/** A machine too slow for the pace must still answer HTTP: after so many steps the event loop gets its turn. */
const STEPS_PER_LOOK = 50

/** Runs an engine in real time. */
export interface EngineDriver {
  /** Brings the engine up to now and plans the next look. Call it before and after anything that the engine is told. */
  catchUp(): void
  stop(): void
}

/**
 * Timers fire on whole milliseconds and late; the engine's deadlines are absolute, so a late timer ends all the steps
 * that are due and the average pace stays exact. `afterSteps` runs once for each look: what the steps wrote leaves in
 * one write a stream.
 */
export function driveEngine(engine: Engine, nowMs: () => number, afterSteps: () => void): EngineDriver {
  let timer: NodeJS.Timeout | null = null
  let plannedMs = Number.NaN
  const catchUp = (): void => {
    engine.advance(nowMs(), STEPS_PER_LOOK)
    afterSteps()
    plan()
  }
  const plan = (): void => {
    const nextMs = engine.nextEventMs
    if (timer !== null && nextMs === plannedMs) return
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (nextMs === null) return
    plannedMs = nextMs
    timer = setTimeout(
      () => {
        timer = null
        catchUp()
      },
      Math.max(1, Math.ceil(nextMs - nowMs())),
    )
  }
  return {
    catchUp,
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
