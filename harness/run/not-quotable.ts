import { engineOf } from '../engines/table.ts'
import { servingCardAtStart } from '../gates/card/serving.ts'
import type { GateInput } from '../gates/gate.ts'
import { tooLoose } from '../gates/scenario-limits.ts'
import { type GateId, gateTable } from '../gates/table.ts'
import { runLimit } from '../physics/run-limit.ts'
import { provenanceOf } from '../record/provenance.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { RunOptions } from './run-options.ts'

/** Begins every warning of a reason that keeps a run from being quoted and is known early. */
export const CANNOT_BE_QUOTED = 'this run cannot be quoted: '

/** What is known of a run before its first request. */
export interface StartFacts {
  readonly gpus: readonly Gpu[]
  /** Why there is no GPU; null if there is one. */
  readonly noGpuReason: string | null
  readonly card: RunRecord['card']
  readonly scenario: Scenario
  readonly endpoint: Endpoint
  readonly simulatedBy: string | null
  /** The model as described, where the catalogue does not have it. */
  readonly model?: RunRecord['model']
  /** Whether the server has answered a request: the first answer may report what discovery could not read. */
  readonly isProbed: boolean
}

/**
 * Why a run can never be quoted, as far as that is known at its start: one line each, with what to do. A person who waits
 * for an hour to read "not quotable" could have known it in the first second.
 */
export function whyNotQuotable(
  facts: StartFacts,
  options: Pick<RunOptions, 'nvidiaSmi' | 'signingKey' | 'newSigningKey'>,
): string[] {
  const { gpus, noGpuReason, card, scenario, endpoint, simulatedBy, isProbed } = facts
  const record: GateInput = {
    status: 'running',
    ...provenanceOf({ gpus, simulatedBy, streamsSimulated: false }),
    trials: [],
    result: {},
    converged: null,
    certificate: null,
    gpus: [...gpus],
    ...(noGpuReason === null ? {} : { gpusReason: noGpuReason }),
    card,
    scenario,
    endpoint,
    ...(facts.model ? { model: facts.model } : {}),
  }
  // nothing that is done can make it quotable, and its record has what says so
  if (record.source === 'simulated') return ['live-source: it is SIMULATED']
  return [
    ...decided('live-source', record),
    // what a training command trains is in its output
    ...(scenario.kind === 'training' ? [] : decided('endpoint-model', record, isProbed)),
    ...(scenario.kind === 'text' ? counters(endpoint, isProbed) : []),
    ...cards(record, options),
    ...tooLoose(scenario),
    ...(options.signingKey || options.newSigningKey
      ? []
      : ['signature: there is no key to sign with: `joulemark key new` makes one']),
  ]
}

/** The finding of a gate that depends on the start of the run alone; `isFinal` unless what is unknown may still be learned. */
function decided(id: GateId, record: GateInput, isFinal = true): string[] {
  const gate = gateTable[id]
  // the table holds gates of several kinds; the callers name those of this kind of run
  const { status, evidence } = (gate.evaluate as (input: GateInput) => Pick<Gate, 'status' | 'evidence'>)(record)
  if (status !== 'fail' && !(status === 'not-measured' && isFinal)) return []
  const [advice = ''] = gate.whatToDo.split(/(?<=\.) /)
  return [`${id}: ${evidence}: ${advice.replace(/\.$/, '')}`]
}

function counters({ engine, serving, countersReason: why }: Endpoint, isProbed: boolean): string[] {
  if (why === undefined) return []
  // those of some engines appear with the first request
  if (!isProbed && engineOf(engine).counters?.appearWithRequests) return []
  const advice = adviceFor(why, engine, serving?.metricNames ?? 'none')
  return [`token-audit: ${why}${advice === null ? '' : `: ${advice}`}`]
}

/** What to do about counters that cannot be read; null where the reason says it. */
function adviceFor(why: string, engine: string | null, metricNames: string): string | null {
  if (why.includes('set OPENAI_API_KEY')) return null
  if (why.includes('OPENAI_API_KEY'))
    return 'let the proxy in front of the server pass /metrics, which vLLM and others open to all'
  if (why.includes('of other models')) return 'give the address of the server of this model'
  const { name, counters, cannotProve } = engineOf(engine)
  if (engine !== null && counters === null) return `on ${name} it cannot be proved ${cannotProve[0]}`
  // a vLLM whose page is missing is behind a proxy: nothing else takes the page away
  if (counters !== null && (engine !== 'vllm' || metricNames === 'other')) return counters.switchedOnBy
  return 'give the address of the server itself, not of a proxy that hides its /metrics'
}

function cards(record: GateInput, { nvidiaSmi }: Pick<RunOptions, 'nvidiaSmi'>): string[] {
  if (record.gpus.length === 0) {
    const advice =
      nvidiaSmi === null ? '' : ': run joulemark on the machine of the server, with the NVIDIA driver installed'
    return [`energy-coverage: ${record.gpusReason ?? 'no GPU was read'}${advice}`]
  }
  const limit = runLimit(record)
  return [
    ...decided('card-match', record),
    ...servingCardAtStart(record).map((finding) => `serving-card: ${finding}`),
    ...('reason' in limit && record.card.key !== null ? [`physical-limit: no limit: ${limit.reason}`] : []),
  ]
}
