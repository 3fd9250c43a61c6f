import type { Clock } from '../../harness/clock.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { leastSeconds, type ProofLengths, stepLimitS } from '../../harness/prove/budget.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import type { ProofStep, ProofStepId } from '../../harness/record/schema/proof.ts'

/** What a step found: one line for the page, and what later steps use. */
export interface StepResult<Found> {
  readonly note: string
  readonly found: Found
}

export interface StepOptions {
  readonly clock: Clock
  readonly lengths: ProofLengths
  readonly budgetS: number
  /** The first interrupt of a person. */
  readonly drain: AbortSignal
  readonly say: (line: string) => void
}

/** A step that a problem of the machine keeps from its result. */
export const failed = (why: string): JoulemarkError => new JoulemarkError('environment', why)

/** The steps of a proof, one after another, each within its share of the time. */
export interface StepLog {
  readonly steps: readonly ProofStep[]
  /**
   * Runs a step; null where it has no result: it failed, did not fit into the time that is left, or was interrupted. `signal`
   * aborts at the end of its share and with the first interrupt. Only a disk that takes no more is thrown.
   */
  step<Found>(
    id: ProofStepId,
    work: (signal: AbortSignal, limitS: number) => Promise<StepResult<Found>>,
  ): Promise<Found | null>
  /** A step that is not made, and why. */
  skip(id: ProofStepId, why: string): void
}

/** Keeps the log of the steps of a proof, and says on stderr what each one found. */
export function stepLog({ clock, lengths, budgetS, drain, say }: StepOptions): StepLog {
  const startMs = clock.nowMs()
  const steps: ProofStep[] = []
  const log = (id: ProofStepId, status: ProofStep['status'], beganMs: number, note: string): void => {
    const seconds = Math.round((clock.nowMs() - beganMs) / 100) / 10
    const line = plainText(note.split('\n')[0] ?? '')
    steps.push({ id, status, seconds, note: line })
    say(`${id}: ${status === 'done' ? '' : `${status}: `}${line}${status === 'skipped' ? '' : ` (${seconds} s)`}`)
  }
  return {
    steps,
    skip: (id, why) => log(id, 'skipped', clock.nowMs(), why),
    async step(id, work) {
      const beganMs = clock.nowMs()
      // what was measured before an interrupt is verified all the same
      const isInterrupted = () => drain.aborted && id !== 'verify'
      if (isInterrupted()) {
        log(id, 'interrupted', beganMs, 'not begun: the proof was interrupted')
        return null
      }
      const limitS = stepLimitS(id, { budgetS, passedS: (beganMs - startMs) / 1000 })
      const leastS = leastSeconds(id, lengths)
      if (limitS < leastS) {
        log(
          id,
          'skipped',
          beganMs,
          `not begun: it takes ${leastS.toFixed(0)} s or more, and ${limitS.toFixed(0)} s of the time are left`,
        )
        return null
      }
      const over = new AbortController()
      const timer = setTimeout(() => over.abort(), limitS * 1000)
      try {
        const { note, found } = await work(
          id === 'verify' ? over.signal : AbortSignal.any([drain, over.signal]),
          limitS,
        )
        const cut = over.signal.aborted ? `; longer than its share of ${limitS.toFixed(0)} s` : ''
        log(id, isInterrupted() ? 'interrupted' : 'done', beganMs, `${note}${cut}`)
        return found
      } catch (error) {
        if (error instanceof DiskError) throw error
        log(id, isInterrupted() ? 'interrupted' : 'failed', beganMs, messageOf(error))
        return null
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
