/** Options of the exact server; one JSON object in its first argument. */
export interface ExactOptions {
  readonly ttftMs: number
  /** Events per second per stream; 0 is as fast as the client reads them. */
  readonly ratePerS: number
  /** Tokens of an answer, one per event. With `asRequested` the longest answer that a request gets. */
  readonly chunks: number
  /** File to which the server writes its stamps when it ends. */
  readonly stampsFile: string
  /** Answers have the requested length, and usage counts the prompt: a whole run checks both. */
  readonly asRequested?: boolean
  /**
   * `usage.prompt_tokens_details.cached_tokens` of an answer is the id of its stamps, so that a row of the load engine
   * can be matched with them without another header on the wire. Request ids of the client are ignored.
   */
  readonly numbered?: boolean
}
