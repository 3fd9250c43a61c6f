import { asPublished, type TuneNoise } from './world.ts'

/** One kind of noise that a tuning must hold under. */
export interface TuneRow {
  readonly name: string
  readonly noise: TuneNoise
  /** Whether the shuffled order can undo it: what one run leaves to the next it cannot. */
  readonly isBlockable: boolean
}

const row = (name: string, more: Partial<TuneNoise>, isBlockable = true): TuneRow => ({
  name,
  noise: { ...asPublished, ...more },
  isBlockable,
})

/** Every row of the study: what is published of real servers, and what may break a tuning. */
export const tuneRows: readonly TuneRow[] = [
  row('as published (world.ts)', {}),
  row('hardly any', { trialShare: [0.003, 0.003], levelShare: 0, driftShare: 0, heatShare: 0 }),
  row('trials 2 to 3 %', { trialShare: [0.02, 0.03] }),
  row("trials Student's t(3), 2 %", { trialShare: [0.02, 0.02], heavyTails: true }),
  row('slow level 1 %', { levelShare: 0.01 }),
  row('drift up to 5 %', { driftShare: 0.05 }),
  row('one run in 20 is 4 % slower', { slowRuns: 0.05 }),
  row('3 % more above 0.9 of the demand', { unstableTop: 0.03 }),
  row('heat 0.5 % per 100 W, not settled', { heatShare: 0.005 }, false),
]
