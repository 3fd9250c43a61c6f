/* Recorded turns without their file: a load worker needs them, and starts in a fraction of the time without its schema. */

/** One turn of a session that was recorded. */
export interface RecordedTurn {
  /** Tokens that the turn adds to the context: all of it in the first turn, then tool output and the user's words. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Pause before the turn, in seconds. */
  readonly pauseSeconds: number
  /** Requests that it sends at once; 1 for a turn without branches. */
  readonly branches: number
}

/** Prompt tokens of each turn of a session: all earlier turns with their answers, and what the turn adds. */
export function promptTokensOf(turns: readonly RecordedTurn[]): number[] {
  let contextTokens = 0
  return turns.map(({ inputTokens, outputTokens }) => {
    const promptTokens = contextTokens + inputTokens
    contextTokens = promptTokens + outputTokens
    return promptTokens
  })
}
