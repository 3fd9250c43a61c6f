import { PROOF_VERSION, type ProofFindings, type ProofRun, type SensorFindings } from '../record/schema/proof.ts'

/** A sensor as on Ada: 100 ms, a mean over 1 s, and a counter that agrees. */
export const adaFindings: SensorFindings = {
  samples: 5000,
  sampleIntervalMs: 21,
  updateMs: 101,
  instantUpdateMs: 100,
  window: { windowMs: 1000, delayMs: 10, lowW: 51, highW: 440, residualShare: 0.01, readings: 800 },
  instantToMeanShare: 0.002,
  phases: [
    { id: 'idle', seconds: 15, meanPowerW: 20, maxPowerW: 21, trapezoidJ: 300, counterJ: 303, differenceShare: -0.01 },
    {
      id: 'steady',
      seconds: 30,
      meanPowerW: 446,
      maxPowerW: 452,
      trapezoidJ: 13_380,
      counterJ: 13_400,
      differenceShare: -0.0015,
    },
    {
      id: 'square',
      seconds: 34.9,
      meanPowerW: 245,
      maxPowerW: 441,
      trapezoidJ: 8550,
      counterJ: 8500,
      differenceShare: 0.0059,
    },
  ],
  switched: [
    [0, 51, 51],
    [500, 245, 246],
    [1000, 440, 440],
  ],
}

const figure = (mean: number, unit: string) => ({ mean, ci95: null, n: 1, unit })
const gate = (
  id: string,
  status: 'pass' | 'warn' | 'fail' | 'not-measured' = 'pass',
  evidence = `${id} as it should be`,
) => ({
  ...{ id, status, evidence },
})

/** A run of a proof whose gates pass; `gates` replaces some of them by id. */
export function madeProofRun(
  step: ProofRun['step'],
  gates: Readonly<Record<string, ProofRun['gates'][number]['status']>> = {},
): ProofRun {
  const ids = ['clock', 'token-audit', 'prompt-shape', 'client-headroom', 'energy-agreement', 'physical-limit']
  const isTraining = step === 'training'
  return {
    step,
    id: `20261127-100000-rtx-4090-prove-${step}`,
    title: `Proof, ${step}`,
    status: 'complete',
    manifestSha256: 'ab'.repeat(32),
    problems: [],
    figures: isTraining
      ? { stepsPerS: figure(1.5, 'steps/s'), joulesPerStep: figure(280, 'J/step'), meanPowerW: figure(420, 'W') }
      : {
          outputTokensPerS: figure(step === 'closed-1' ? 40 : 800, 'tokens/s'),
          meanPowerW: figure(300, 'W'),
          peakMemoryMiB: figure(20_000, 'MiB'),
        },
    limitShare: 0.4,
    gates: ids.map((id) => gate(id, gates[id] ?? 'pass')),
  }
}

/** What a whole proof on an RTX 4090 found, with nothing amiss; `over` replaces any of it. */
export const madeFindings = (over: Partial<ProofFindings> = {}): ProofFindings => ({
  joulemarkProof: PROOF_VERSION,
  tool: { name: 'joulemark', version: '0.0.0', commit: null },
  source: 'live',
  sourceEvidence: [],
  startedAt: '2026-11-27T10:00:00.000Z',
  endedAt: '2026-11-27T10:14:00.000Z',
  budgetMinutes: 20,
  quick: false,
  interrupted: false,
  card: {
    name: 'NVIDIA GeForce RTX 4090',
    key: 'rtx-4090',
    driver: '580.65',
    powerLimitW: 450,
    memoryTotalMiB: 24_564,
  },
  python: {
    version: '3.12.3',
    torch: '2.9.0',
    transformers: '5.0.0',
    peft: '0.18.0',
    device: 'NVIDIA GeForce RTX 4090',
  },
  weightsMiB: 15_317,
  steps: [
    { id: 'doctor', status: 'done', seconds: 3, note: '0 faults' },
    { id: 'sensor', status: 'done', seconds: 100, note: 'power.draw changes every 101 ms' },
  ],
  sensor: adaFindings,
  runs: (['closed-1', 'closed-8', 'closed-32', 'open', 'training'] as const).map((step) => madeProofRun(step)),
  ...over,
})
