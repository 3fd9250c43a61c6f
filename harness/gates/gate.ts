import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { EmbeddingsScenario, ImageScenario, Scenario, TextScenario, TrainingScenario } from '../scenario/schema.ts'
import type { Threshold } from './threshold.ts'

export type GateStatus = Gate['status']
interface ScenarioOf {
  readonly text: TextScenario
  readonly image: ImageScenario
  readonly embeddings: EmbeddingsScenario
  readonly training: TrainingScenario
}
export type WorkloadKind = keyof ScenarioOf
export const everyKind: readonly WorkloadKind[] = ['text', 'image', 'embeddings', 'training']

/** The result of a gate for a run, before `required` is added. */
export interface GateResult<Status extends GateStatus = GateStatus> {
  readonly status: Status
  readonly evidence: string
}

export const gateResult = <Status extends GateStatus>(status: Status, evidence: string): GateResult<Status> => ({
  status,
  evidence,
})
export const notMeasured = (why: string): GateResult<'not-measured'> => gateResult('not-measured', why)

/** The parts of a record that gates read. */
export type GateInput<OfKind extends Scenario = Scenario> = Pick<
  RunRecord,
  | 'status'
  | 'source'
  | 'sourceEvidence'
  | 'trials'
  | 'result'
  | 'converged'
  | 'gpus'
  | 'gpusReason'
  | 'endpoint'
  | 'card'
  | 'certificate'
  | 'telemetry'
  | 'interruptions'
  | 'training'
  | 'model'
  | 'serverStart'
  | 'setting'
  | 'wall'
> & { readonly scenario: OfKind }
/** A run of text: it has prompts and answers of tokens. */
export type TextGateInput = GateInput<TextScenario>

/** One gate: its description for all uses, beside the function that evaluates it. */
export interface GateDefinition<
  Kind extends WorkloadKind = WorkloadKind,
  Reachable extends GateStatus = GateStatus,
  Limits extends Readonly<Record<string, Threshold>> = Readonly<Record<string, Threshold>>,
> {
  /** The question of the gate, in one sentence. */
  readonly question: string
  /** Kinds of run that it applies to; for the others it is neither measured nor required. */
  readonly kinds: readonly Kind[]
  /** A required gate must have been measured for a run to be quotable. */
  readonly required: boolean
  /** It judges what is known before the first trial; the others have no verdict but a failure without one. */
  readonly beforeTrials?: true
  readonly thresholds: Limits
  /** Every status that `evaluate` can give: the compiler checks that none is missing, the truth table that each occurs. */
  readonly statuses: readonly Reachable[]
  /** How the status follows from the record. */
  readonly formula: string
  /** What the evidence shows. */
  readonly evidence: string
  /** Why it usually fails or warns, the most frequent cause first. */
  readonly usualCauses: string
  /** What to do if the gate fails or warns. */
  readonly whatToDo: string
  // a method, so that a gate for text only fits the table: evaluateGates calls it only for its kinds
  evaluate(record: GateInput<ScenarioOf[Kind]>): GateResult<NoInfer<Reachable>>
}

/** Declares a gate; the types of its kinds and statuses are inferred and checked against its function. */
export const defineGate = <
  const Kind extends WorkloadKind,
  const Reachable extends GateStatus,
  const Limits extends Readonly<Record<string, Threshold>>,
>(
  definition: GateDefinition<Kind, Reachable, Limits>,
): GateDefinition<Kind, Reachable, Limits> => definition

/** Sum of one number over items, such as the trials of a run. */
export const sumOf = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0)
