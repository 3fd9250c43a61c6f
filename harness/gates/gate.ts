import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { Scenario, TextScenario } from '../scenario/schema.ts'

/** What a gate says of a run, before `required` is put beside it. */
export type GateResult = Pick<Gate, 'status' | 'evidence'>

export const gateResult = (status: Gate['status'], evidence: string): GateResult => ({ status, evidence })
export const notMeasured = (why: string): GateResult => gateResult('not-measured', why)

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
  | 'training'
> & { readonly scenario: OfKind }
/** A run of text: it has prompts and answers of tokens. */
export type TextGateInput = GateInput<TextScenario>

/** A share as a percentage, with two decimals under 1 %. */
export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.01 && share > 0 ? 2 : 1)} %`

/** A threshold as text, without digits that it does not have: 0.05 is `5 %`. */
export const limitPercent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`
