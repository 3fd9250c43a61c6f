import { JoulemarkError } from '../errors.ts'
import { PRIMING } from '../load/protocol.ts'
import { runPhase } from './measure.ts'
import { requireSuccess, runTime, type Session } from './session.ts'

/** Time shown for a request of the priming when that of one alone is not known. */
const UNKNOWN_MS = 1000

/**
 * Sends each shared prefix once, before the warm-up, so that the prefix cache has it: a load with an asked hit rate. It is
 * recorded, and no trial has any of it. Throws `environment` where a prefix could not be sent.
 */
export async function primePrefixes(session: Session): Promise<void> {
  const { prefixes, requestMs } = session.prepared.workload
  if (!prefixes || session.options.drain.aborted) return
  const { plan, blockTokensFrom, room } = prefixes
  const startMs = runTime(session)
  if (plan.primingTokens > 0) {
    await runPhase(session, PRIMING, (plan.groups * (requestMs ?? UNKNOWN_MS)) / 1000, 'priming the prefix cache')
    session.fault.throwIfAny()
    requireSuccess(session)
  }
  const { sent, ok } = plan.primingTokens > 0 ? session.watch.phase : { sent: 0, ok: 0 }
  session.journal.priming({
    askedShare: plan.share,
    expectedShare: plan.expectedShare,
    groups: plan.groups,
    prefixTokens: plan.longestTokens,
    blockTokens: plan.blockTokens,
    blockTokensFrom,
    requests: sent,
    requestsOk: ok,
    startMs,
    endMs: runTime(session),
    ...(room ? { room } : {}),
  })
  if (sent === ok || session.options.drain.aborted) return
  throw new JoulemarkError(
    'environment',
    `endpoint ${session.prepared.endpoint.url}: ${sent - ok} of ${sent} prefixes could not be sent before the load, so that the asked hit rate cannot be reached`,
  )
}
