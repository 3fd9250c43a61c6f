import { type ProofStepId, proofStepIds } from '../record/schema/proof.ts'

/** The time that each step may take at most in a proof of 20 minutes, in s; another budget is shared out alike. */
const shares: Readonly<Record<ProofStepId, number>> = {
  doctor: 40,
  python: 30,
  sensor: 130,
  server: 240,
  'closed-1': 110,
  'closed-8': 110,
  'closed-32': 110,
  open: 110,
  training: 240,
  verify: 60,
}
const WHOLE_S = Object.values(shares).reduce((sum, each) => sum + each, 0)

/** How long the parts of a proof take. */
export interface ProofLengths {
  readonly idleS: number
  readonly steadyS: number
  readonly periods: number
  readonly periodMs: number
  readonly trials: number
  readonly trialS: number
  readonly warmupS: number
  readonly quietS: number
  readonly trainingS: number
  readonly calibrate: boolean
}

/** No multiple of the update period of any sensor, so that the edges of the load fall on all phases of its updates. */
const PERIOD_MS = 3170

/** The lengths of a proof; `quick` is a rehearsal, whose figures are rough. */
export const proofLengths = (quick: boolean): ProofLengths =>
  quick
    ? {
        ...{ idleS: 4, steadyS: 6, periods: 6, periodMs: PERIOD_MS },
        ...{ trials: 1, trialS: 4, warmupS: 1, quietS: 0.8, trainingS: 15, calibrate: false },
      }
    : {
        ...{ idleS: 15, steadyS: 30, periods: 12, periodMs: PERIOD_MS },
        ...{ trials: 3, trialS: 12, warmupS: 5, quietS: 3, trainingS: 60, calibrate: true },
      }

/** What a step needs at least to have a result, in s, however fast the machine is. */
export function leastSeconds(id: ProofStepId, lengths: ProofLengths): number {
  const { idleS, steadyS, periods, periodMs, trials, trialS, warmupS, quietS, trainingS } = lengths
  switch (id) {
    case 'doctor':
    case 'python':
    case 'verify':
      return 1
    case 'server':
      return 5
    case 'sensor':
      return idleS + steadyS + (periods * periodMs) / 1000
    case 'training':
      return trainingS + 2 * quietS
    default:
      return warmupS + trials * (trialS + 2 * quietS)
  }
}

/**
 * Seconds that a step may take: its share of the budget and what the steps before it left of theirs, so that a step that needs
 * more than its share takes nothing from those that come after it.
 */
export function stepLimitS(
  id: ProofStepId,
  { budgetS, passedS }: { readonly budgetS: number; readonly passedS: number },
): number {
  const upTo = proofStepIds.slice(0, proofStepIds.indexOf(id) + 1).reduce((sum, each) => sum + shares[each], 0)
  return Math.max(0, (upTo / WHOLE_S) * budgetS - passedS)
}
