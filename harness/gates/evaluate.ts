import type { Gate } from '../record/schema/run.ts'
import { cardGates } from './evaluate-card.ts'
import { evaluateJobGates } from './evaluate-job.ts'
import type { GateInput, GateResult, TextGateInput } from './gate.ts'
import { endpointModel } from './model.ts'
import { physicalLimit } from './physical-limit.ts'
import { cacheClean, promptShape } from './prompts.ts'
import { clientHeadroom, errorRate, type GateId, gatesFrom, liveSource, precision, steadyState } from './run.ts'
import { speculation } from './server.ts'
import { tokenAudit } from './tokens.ts'

/** The gates of a text run beside those of its card: one line a gate, so that this list is what is looked at. */
const judges: Partial<Record<GateId, (record: TextGateInput) => GateResult>> = {
  'live-source': liveSource,
  'endpoint-model': endpointModel,
  'client-headroom': clientHeadroom,
  'error-rate': errorRate,
  'token-audit': tokenAudit,
  'prompt-shape': promptShape,
  'cache-clean': cacheClean,
  speculation,
  'steady-state': steadyState,
  precision,
  'physical-limit': physicalLimit,
}

/** All gates of a run, judged from its record. */
export function evaluateGates(record: GateInput): Gate[] {
  if (!isText(record)) return evaluateJobGates(record)
  const verdicts: Partial<Record<GateId, GateResult>> = cardGates(record)
  for (const [id, of] of Object.entries(judges) as [GateId, (record: TextGateInput) => GateResult][])
    verdicts[id] = of(record)
  return gatesFrom(verdicts)
}

const isText = (record: GateInput): record is TextGateInput => record.scenario.kind === 'text'
