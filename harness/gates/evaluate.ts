import type { Gate } from '../record/schema/run.ts'
import { cardVerdicts } from './evaluate-card.ts'
import { judgeJob } from './evaluate-job.ts'
import { endpointModel } from './model.ts'
import { cacheClean, promptShape } from './prompts.ts'
import {
  type AnyJudged,
  clientHeadroom,
  errorRate,
  type GateId,
  gatesFrom,
  type Judged,
  liveSource,
  precision,
  steadyState,
  type Verdict,
} from './run.ts'
import { physicalLimit, speculation } from './server.ts'
import { tokenAudit } from './tokens.ts'

/** The gates of a text run beside those of its card: one line a gate, so that this list is what is looked at. */
const judges: Partial<Record<GateId, (record: Judged) => Verdict>> = {
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
export function judge(record: AnyJudged): Gate[] {
  if (!isText(record)) return judgeJob(record)
  const verdicts: Partial<Record<GateId, Verdict>> = cardVerdicts(record)
  for (const [id, of] of Object.entries(judges) as [GateId, (record: Judged) => Verdict][]) verdicts[id] = of(record)
  return gatesFrom(verdicts)
}

const isText = (record: AnyJudged): record is Judged => record.scenario.kind === 'text'
