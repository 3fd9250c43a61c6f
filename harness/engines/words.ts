import type { Endpoint } from '../record/schema/endpoint.ts'
import type { EngineDefinition } from './engine.ts'
import { engineOf } from './table.ts'

type Found = Pick<Endpoint, 'engine' | 'engineEvidence' | 'version' | 'countersReason'>

/** Such as "SGLang 0.5.2 (metrics named sglang:)". */
export function engineName({ engine, engineEvidence, version }: Found): string {
  const shown = version === null ? '' : ` ${version}`
  const why = engineEvidence === undefined ? '' : ` (${engineEvidence})`
  return `${engineOf(engine).name}${shown}${why}`
}

/** What the audit of the tokens rests on, in one sentence. */
export function auditWords({ engine, countersReason }: Found): string {
  const counter = generationCounter(engineOf(engine))
  if (counter !== null && countersReason === undefined) return `tokens are audited against ${counter}`
  return `tokens are not audited, because nothing but usage counts them${countersReason === undefined ? '' : ` (${countersReason})`}`
}

/** What cannot be proved of a run on this engine, in one sentence. */
export const unprovedWords = ({ engine }: Found): string =>
  `it cannot be proved ${engineOf(engine).cannotProve.join('; ')}`

/** The counter of generated tokens of an engine, with its page; null where it has none that is read. */
export function generationCounter({ counters, metricPrefix }: EngineDefinition): string | null {
  const [names] = counters?.names.generationTokens ?? []
  return counters === null || names === undefined
    ? null
    : `${names.map((name) => `${metricPrefix}${name}`).join(' + ')} at ${counters.path}`
}
