import { isRequired } from '../../harness/gates/quotable.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'

/**
 * The required gates of a run that failed: such numbers may be wrong, and no comparison with them is judged. That it was
 * simulated does not count: simulated runs are compared with their like.
 */
export const gatesAgainst = ({ gates, scenario }: RunRecord): Gate[] =>
  gates.filter((gate) => gate.status === 'fail' && gate.id !== 'live-source' && isRequired(gate, scenario.kind))
