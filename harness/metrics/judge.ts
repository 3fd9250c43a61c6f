import type { Gate } from '../record/schema.ts'
import {
  clientHeadroom,
  energyCoverage,
  errorRate,
  type GateId,
  gatesFrom,
  type Judged,
  liveSource,
  precision,
  steadyState,
  type Verdict,
} from './gates.ts'

/** Every gate that can be judged from the record alone: one line a gate, so that this list is what is looked at. */
const judges: Partial<Record<GateId, (record: Judged) => Verdict>> = {
  'live-source': liveSource,
  'client-headroom': clientHeadroom,
  'error-rate': errorRate,
  'steady-state': steadyState,
  precision,
  'energy-coverage': energyCoverage,
}

/** All gates of a run, judged from its record. */
export function judge(record: Judged): Gate[] {
  const verdicts: Partial<Record<GateId, Verdict>> = {}
  for (const [id, of] of Object.entries(judges) as [GateId, (record: Judged) => Verdict][]) verdicts[id] = of(record)
  return gatesFrom(verdicts)
}
