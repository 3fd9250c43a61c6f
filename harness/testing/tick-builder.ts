import type { Tick } from '../run/progress.ts'

/** A tick of a trial under load, one second after its begin. */
export const makeTick = (over: Partial<Tick> = {}): Tick => ({
  label: 'trial 1',
  elapsedMs: 1000,
  totalMs: 60_000,
  inFlight: 8,
  events: 0,
  powerW: 300,
  memoryMiB: 21_811,
  temperatureC: 64,
  kvUsageShare: 0.41,
  ...over,
})
