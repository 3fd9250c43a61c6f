import type { Engine } from './engine.ts'

/** A machine that is too slow must still answer HTTP: the event loop runs after so many steps. */
const STEPS_PER_TURN = 50

/** Runs an engine in real time. */
export interface EngineDriver {
  /** Advances the engine to now and schedules the next call. Must be called before and after each change to the engine. */
  catchUp(): void
  stop(): void
}

/**
 * Timers fire on whole milliseconds and late. The engine's deadlines are absolute, so a late timer ends all the steps
 * that are due and the average pace stays exact. `afterSteps` runs once per call, so that the output of all steps is
 * one write per stream.
 */
export function driveEngine(engine: Engine, nowMs: () => number, afterSteps: () => void): EngineDriver {
  let timer: NodeJS.Timeout | null = null
  let plannedMs = Number.NaN
  const catchUp = (): void => {
    engine.advance(nowMs(), STEPS_PER_TURN)
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
