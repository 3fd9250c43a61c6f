/** What a log of vLLM 0.32 says of weights and KV cache; null for a line that is not there. */
export interface LoggedSizes {
  readonly checkpointGiB: number | null
  readonly kvTokens: number | null
  readonly maxConcurrency: number | null
}

/** Reads the sizes from a log of vLLM 0.32. */
export function loggedSizes(log: string): LoggedSizes {
  const number = (pattern: RegExp): number | null => {
    const found = pattern.exec(log)?.[1]
    return found === undefined ? null : Number(found.replaceAll(',', ''))
  }
  return {
    checkpointGiB: number(/Checkpoint size: ([\d.]+) GiB/),
    kvTokens: number(/KV cache size: ([\d,]+) tokens/),
    maxConcurrency: number(/Maximum concurrency for [\d,]+ tokens per request: ([\d.]+)x/),
  }
}

/** Errors that only say that another process ended. */
const FOLLOWING = /Engine core initialization failed|WorkerProc initialization failed|Failed to connect to/

/**
 * Why a server did not start, in its own words: the first error of the log that is not the consequence of another. Null where
 * there is none.
 */
export function refusalIn(log: string): string | null {
  const errors = log.split('\n').flatMap((line) => {
    const found = /(?:^|[\s\]])((?:\w+\.)*\w*(?:Error|Exception): .+)$/.exec(line)?.[1]
    return found === undefined || FOLLOWING.test(found) ? [] : [found.trim()]
  })
  return errors[0] ?? null
}
