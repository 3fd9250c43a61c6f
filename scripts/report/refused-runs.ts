import { refusalLine, sealReasons } from '../../harness/evidence/refusals.ts'
import { verifyRun } from '../../harness/evidence/verify-run.ts'
import type { StoredRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { isOperatingPoint } from '../../harness/record/setting/operating-point.ts'

/**
 * The live runs that may not be printed for a customer, each with the reason: files that were changed, no signature, a gate that
 * does not pass when it is recomputed. Simulated runs are never quotable and are not verified. An out of memory needs no gates.
 *
 * @param whole the folder of a run with all its files in it
 */
export async function refusedRuns(
  stored: readonly StoredRun[],
  whole: (directory: string) => Promise<string>,
): Promise<Map<RunRecord, string>> {
  const refused = new Map<RunRecord, string>()
  for (const { record, directory } of stored) {
    if (record.source !== 'live' || isOperatingPoint(record)) continue
    const verification = await verifyRun(await whole(directory))
    const { fault } = verification
    const [unsealed] = fault === null ? sealReasons(verification) : [`verify: ${fault}`]
    const reason = record.oom === undefined ? refusalLine(verification) : (unsealed ?? null)
    if (reason !== null) refused.set(record, reason)
  }
  return refused
}
