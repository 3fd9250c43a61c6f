import { systemClock } from '../clock.ts'
import { silentProgress } from '../run/progress.ts'
import type { RunOptions } from '../run/run-options.ts'

const never = new AbortController().signal

/** The options of one trial without calibration, GPU and key, which nothing interrupts; `over` replaces any of them. */
export const oneTrialOptions = (over: Pick<RunOptions, 'endpoint' | 'outDir'> & Partial<RunOptions>): RunOptions => ({
  clock: systemClock,
  apiKey: null,
  nvidiaSmi: null,
  card: null,
  gpus: [],
  trials: 1,
  workers: 1,
  calibrate: false,
  tool: { name: 'joulemark', version: '0.0.0', commit: null, node: process.version },
  progress: silentProgress,
  drain: never,
  abort: never,
  ...over,
})
