import type { StoredRun } from '../../harness/record/read.ts'
import { fateOfWriter, type WriterState } from '../../harness/telemetry/host/process-mark.ts'

/** A run whose record says `running`. */
export interface UnendedRun {
  /** The word for its status: `running`, `abandoned`, or both where this machine cannot see which. */
  readonly status: string
  /** Its status with the reason and what to do, in one line. */
  readonly line: string
}

const words: Readonly<Record<WriterState, (reason: string) => string>> = {
  running: () => 'running',
  abandoned: () => 'abandoned',
  unknown: (reason) => `running or abandoned, ${reason}`,
}

/** What is known of a run that has not ended; null for one that has. */
export function unendedRun({ directory, record }: StoredRun): UnendedRun | null {
  if (record.status !== 'running') return null
  const { state, reason } = fateOfWriter(record)
  const status = words[state](reason)
  const advice = {
    running: reason,
    abandoned: `${reason}; \`joulemark close ${directory}\` finishes it from its rows`,
    unknown: `once its process has ended, \`joulemark close ${directory}\` there, or with --force here, finishes it`,
  }
  return { status, line: `status ${status}: ${advice[state]}` }
}
