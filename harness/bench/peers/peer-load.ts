/** Pace of the exact server and shape of each request. */
export const TRUE_TTFT_MS = 50
export const TRUE_GAP_MS = 25
export const PROMPT_TOKENS = 64
export const OUTPUT_TOKENS = 200

/** One load, as each tool is asked to send it. */
export interface PeerLoad {
  readonly streams: number
  /** Requests of each stream, for tools that count requests. */
  readonly requestsPerStream: number
  /** The streams start over this time; 0 is all at once. */
  readonly rampSeconds: number
  /** CPUs that the tool may use; null is all of them, shared with the server. */
  readonly toolCpus: string | null
  readonly serverCpus: string | null
}

/** Figures as a tool reports them, in ms; NaN where it has none. */
export interface Reported {
  readonly ttftP50Ms: number
  readonly ttftP99Ms: number
  readonly gapP50Ms: number
  readonly gapP99Ms: number
  readonly tokensPerS: number
  /** What the tool says of its own trust in them; empty if nothing. */
  readonly says: string
}

/** A benchmark client on this machine. */
export interface Tool {
  readonly name: string
  readonly version: string
  readonly env?: Readonly<Record<string, string>>
  command(load: PeerLoad, url: string, folder: string): readonly string[]
  read(folder: string, readText: (path: string) => string): Reported
}

/** A figure of a tool's own report. */
export const known = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)
