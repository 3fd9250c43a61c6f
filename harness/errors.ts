/** Exit codes of the command line: what a script may rely on. */
export const exitCodes = { done: 0, answerIsNo: 1, badInput: 2, worldFailed: 3, interrupted: 130 } as const

/**
 * `bad-input`: the person can mend it by typing something else (exit 2).
 * `world-failed`: endpoint, card or disk let us down (exit 3).
 * `answer-is-no`: the work was done and the answer is no: regressed, not quotable (exit 1).
 */
export type ErrorCode = 'bad-input' | 'world-failed' | 'answer-is-no'

/**
 * The one error class for what stops us. Failed requests and missing samples are values, not errors.
 * The message is one line: what was wrong, where, what was expected, what to do.
 */
export class JoulemarkError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'JoulemarkError'
    this.code = code
  }

  get exitCode(): number {
    if (this.code === 'bad-input') return exitCodes.badInput
    return this.code === 'world-failed' ? exitCodes.worldFailed : exitCodes.answerIsNo
  }
}

/** What anybody threw, as one line without a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s*\n\s*/g, ' ').trim()
}
