import { type NoiseModel, realisticNoise } from './verdict-noise.ts'

/** One kind of noise that a verdict must hold under. */
export interface NoiseRow {
  readonly name: string
  readonly noise: NoiseModel
  /** Whether trials and starts are independent and of one distribution: only there is power expected. */
  readonly isIndependent: boolean
}

/** Trials that vary by one share, on starts that do not differ. */
const trials = (share: number, more: Partial<NoiseModel> = {}): NoiseModel => ({
  trialShare: [share, share],
  restartShare: 0,
  driftSharePerTrial: 0,
  ...more,
})

const row = (name: string, noise: NoiseModel, isIndependent = false): NoiseRow => ({ name, noise, isIndependent })

/** Two states of the clock that last ten trials on average. */
const clock = (share: number) => ({ clock: { share, stay: 0.9 } })
const low = (share: number, more: { readonly oncePerSuite?: boolean } = {}) => ({
  lowStarts: { share, probability: 0.3, ...more },
})

/** Every row of the study: what is published of real servers, and what was found to break a verdict. */
export const noiseRows: readonly NoiseRow[] = [
  row('as published (verdict-noise.ts)', realisticNoise, true),
  row('independent, normal, 1 %', trials(0.01), true),
  row('independent, normal, 2 %', trials(0.02), true),
  row('independent, normal, 3 %', trials(0.03), true),
  row("independent, Student's t(3), 1 %", trials(0.01, { heavyTails: true }), true),
  row("independent, Student's t(3), 3 %", trials(0.03, { heavyTails: true }), true),
  row('AR(1) 0.5, 1 %', trials(0.01, { correlation: 0.5 })),
  row('AR(1) 0.5, 2 %', trials(0.02, { correlation: 0.5 })),
  row('AR(1) 0.5, 3 %', trials(0.03, { correlation: 0.5 })),
  row('AR(1) 0.8, 2 %', trials(0.02, { correlation: 0.8 })),
  row('AR(1) 0.8, 3 %', trials(0.03, { correlation: 0.8 })),
  row('two clock states, 1 % apart from the mean', trials(0.005, clock(0.01))),
  row('two clock states, 2 % apart from the mean', trials(0.005, clock(0.02))),
  row('starts 2 % lower with p 0.3', trials(0.005, low(0.02))),
  row('starts 4 % lower with p 0.3', trials(0.005, low(0.04))),
  row('the same, one server for the suite', trials(0.005, low(0.04, { oncePerSuite: true }))),
  row('starts vary by 1 %, normal', trials(0.005, { restartShare: 0.01 })),
  row('starts vary by 2 %, normal', trials(0.005, { restartShare: 0.02 })),
  row('only the starts of the candidate vary, by 2 %', trials(0.005, { candidateRestartShare: 0.02 })),
  row('unequal spread, 0.3 % and 3 %', trials(0.003, { candidateTrialShare: 0.03 }), true),
  row('TTFT lognormal, 20 %', trials(0.01, { lognormalTtft: 0.2 }), true),
  row('TTFT lognormal, 50 %', trials(0.01, { lognormalTtft: 0.5 }), true),
  row('no spread at all', trials(0, { memoryShare: 0 }), true),
  row('drift of -0.5 % per trial', trials(0.005, { commonDrift: -0.005 })),
  row('candidate starts 6 % cold and recovers', trials(0.005, { coldShare: 0.06 })),
]
