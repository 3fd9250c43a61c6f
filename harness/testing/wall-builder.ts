import type { Wall, WallSource } from '../record/schema/wall.ts'

/** A source that was read; every field can be set. */
export const makeWallSource = (over: Partial<WallSource> = {}): WallSource => ({
  source: 'ipmi',
  covers: 'server',
  by: 'ipmitool dcmi power reading',
  state: 'ok',
  intervalMs: 1000,
  statedAveragingMs: null,
  gainShare: 0.05,
  domains: [{ domain: 'server', counted: true }],
  rows: 100,
  failures: 0,
  trials: [],
  ...over,
})

/** What was read of a server by IPMI, with `serverJ` in its first trial; every field can be set. */
export const makeWall = (serverJ: number, over: Partial<Wall> = {}): Wall => ({
  asked: 'auto',
  sources: [
    makeWallSource({
      delay: { delayMs: 1500, halfWidthMs: 300, averagingMs: 1000, basis: 'steps of the cards between load and idle' },
      idlePowerW: 260,
      trials: [{ trial: 0, energyJ: serverJ, meanPowerW: serverJ / 57.5, coverage: 1, samples: 57, errorTermsJ: {} }],
    }),
  ],
  cpu: null,
  server: 'ipmi',
  ...over,
})
