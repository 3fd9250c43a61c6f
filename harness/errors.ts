/** Exit codes of the command line. Scripts may rely on them. */
export const exitCodes = {
  done: 0,
  negativeResult: 1,
  badInput: 2,
  environmentFailed: 3,
  inconclusive: 4,
  notComparable: 5,
  interrupted: 130,
} as const

/**
 * `bad-input`: the user can fix it with other input (exit 2).
 * `environment`: the endpoint, a card or the disk failed (exit 3).
 * `negative-result`: the command completed and its result is negative, such as regressed or not quotable (exit 1).
 * `not-comparable`: the runs must not be compared, or their numbers cannot be judged (exit 5).
 */
export type ErrorCode = 'bad-input' | 'environment' | 'negative-result' | 'not-comparable'

const codes: Readonly<Record<ErrorCode, number>> = {
  'bad-input': exitCodes.badInput,
  environment: exitCodes.environmentFailed,
  'negative-result': exitCodes.negativeResult,
  'not-comparable': exitCodes.notComparable,
}

/**
 * The one error class for what ends a command. Failed requests and missing samples are values, not errors.
 * The message is one line: what is wrong, where, what was expected, what to do.
 */
export class JoulemarkError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'JoulemarkError'
    this.code = code
  }

  get exitCode(): number {
    return codes[this.code]
  }
}

/** The message of anything thrown, as one line without a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s*\n\s*/g, ' ').trim()
}
