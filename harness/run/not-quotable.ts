import { servingCardAtStart } from '../gates/card/serving.ts'
import type { GateInput } from '../gates/gate.ts'
import { type GateId, gateTable } from '../gates/table.ts'
import { runLimit } from '../physics/run-limit.ts'
import type { Endpoint, Gate } from '../record/schema/run.ts'
import { openRecord } from './open-record.ts'
import type { Prepared } from './prepare.ts'
import type { RunOptions } from './run-options.ts'

/** Begins every warning of a reason that keeps a run from being quoted and is known early. */
export const CANNOT_BE_QUOTED = 'this run cannot be quoted: '

/**
 * Why a run can never be quoted, as far as that is known before its first request: one line each, with what to do. A person
 * who waits for an hour to read "not quotable" could have known it in the first second.
 */
export function whyNotQuotable(prepared: Prepared, options: RunOptions): string[] {
  if (prepared.workload.oom !== null) return []
  const opening = { prepared, options, certificate: null, startedAt: options.clock.wall(), originMs: 0 }
  const record: GateInput = openRecord('not-opened', opening)
  return [
    ...decided('live-source', record),
    ...(record.scenario.kind === 'training' ? [] : decided('endpoint-model', record)),
    ...(record.scenario.kind === 'text' ? counters(record.endpoint) : []),
    ...cards(record, options),
    ...(options.signingKey ? [] : ['signature: there is no key to sign with: `joulemark key new` makes one']),
  ]
}

/** The finding of a gate that depends on nothing but the start of the run. */
function decided(id: GateId, record: GateInput): string[] {
  const gate = gateTable[id]
  // the table holds gates of several kinds; the callers name those of this kind of run
  const { status, evidence } = (gate.evaluate as (input: GateInput) => Pick<Gate, 'status' | 'evidence'>)(record)
  if (status === 'pass' || status === 'warn') return []
  const [advice = ''] = gate.whatToDo.split(/(?<=\.) /)
  return [`${id}: ${evidence}: ${advice.replace(/\.$/, '')}`]
}

function counters({ engine, serving, countersReason }: Endpoint): string[] {
  if (countersReason === undefined) return []
  return [`token-audit: ${countersReason}: ${adviceFor(engine, serving?.metricNames ?? 'none', countersReason)}`]
}

function adviceFor(engine: string | null, metricNames: string, why: string): string {
  if (metricNames === 'other' && engine === 'vllm') {
    return 'start vLLM without --disable-log-stats, which takes its counters away'
  }
  if (engine !== null && engine !== 'vllm') return `this is ${engine}, and only the counters of vLLM are read`
  if (why.includes('OPENAI_API_KEY')) return 'the page needs a key of its own, or none'
  return 'give the address of vLLM itself, not of a proxy that hides its /metrics'
}

function cards(record: GateInput, { nvidiaSmi }: RunOptions): string[] {
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
