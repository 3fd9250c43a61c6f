import type { ProofLengths } from '../../harness/prove/budget.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'
import { scenarioFileSchema } from '../../harness/scenario/schema.ts'
import type { ServerStage } from './stage.ts'

/** A request may wait for a server in Python that does one prefill after another, in s. */
const REQUEST_TIMEOUT_S = 180

type TextLoad =
  | { readonly shape: 'closed'; readonly concurrency: number }
  | { readonly shape: 'open'; readonly ratePerS: number }

/** The scenario of a text run of a proof: an ordinary one, with few and short trials. */
export function textScenario(load: TextLoad, { model, tokens }: ServerStage, lengths: ProofLengths): PlainScenarioFile {
  const name = load.shape === 'closed' ? `prove-closed-${load.concurrency}` : 'prove-open'
  const title = load.shape === 'closed' ? `Proof, closed loop of ${load.concurrency}` : 'Proof, open loop'
  const { trials, trialS, warmupS, quietS } = lengths
  return scenarioFileSchema.parse({
    ...{ name, title, kind: 'text', model, load },
    prompt: { tokens: tokens.prompt },
    output: { tokens: tokens.output },
    trial: {
      ...{ seconds: trialS, warmupSeconds: warmupS, quietSeconds: quietS },
      requestTimeoutSeconds: REQUEST_TIMEOUT_S,
      minWindowSeconds: trialS / 4,
    },
    certainty: { minTrials: trials, maxTrials: trials },
  }) as PlainScenarioFile
}

/** What is trained: LoRA adapters, one sequence per step. */
export interface TrainingShape {
  readonly model: string
  readonly sequenceTokens: number
  /** Absent: the simulator brings its own command. */
  readonly command?: readonly string[]
}

/** The scenario of the training run of a proof. */
export function trainingScenario(
  { model, sequenceTokens, command }: TrainingShape,
  lengths: ProofLengths,
): PlainScenarioFile {
  return scenarioFileSchema.parse({
    ...{ name: 'prove-training', title: 'Proof, LoRA training', kind: 'training', model },
    training: {
      ...{ batch: 1, sequenceTokens, rank: 16, gradientCheckpointing: true },
      ...(command === undefined ? {} : { command }),
    },
    trial: { seconds: lengths.trainingS, quietSeconds: lengths.quietS, minWindowSeconds: lengths.trainingS / 4 },
    certainty: { minTrials: 1, maxTrials: 1 },
  }) as PlainScenarioFile
}
