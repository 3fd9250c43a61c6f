import { writeFileSync } from 'node:fs'

/** What every client of the benchmark is told, as JSON in its first argument. */
export interface Arena {
  readonly url: string
  readonly streams: number
  readonly chunks: number
  /** Starts are spread over this. */
  readonly spreadMs: number
  readonly promptTokens: number
  /** 0: one request a stream. Otherwise requests follow one another on each stream for this long. */
  readonly seconds: number
  readonly resultFile: string
}

/** One request as its client saw it, on CLOCK_MONOTONIC. */
export interface Seen {
  readonly id: number
  readonly sentMs: number
  readonly times: ArrayLike<number>
}

/** Requests of the discarded round that every client sends first, on all its streams at once. */
export const WARM_UP_ID = -1

export const readArena = (): Arena => JSON.parse(process.argv[2] ?? '{}') as Arena

/** CLOCK_MONOTONIC, the same in every process of this machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Writes what a client saw: id, time of sending and arrival of each event; and, on stdout, its own cost. */
export function finishArena(
  arena: Arena,
  seen: readonly Seen[],
  cost: { cpuMs: number; wallMs: number; chunks: number; failed: number },
): void {
  const rows = seen.map((each) => {
    const row = new Float64Array(2 + arena.chunks).fill(Number.NaN)
    row[0] = each.id
    row[1] = each.sentMs
    for (let index = 0; index < Math.min(each.times.length, arena.chunks); index += 1)
      row[2 + index] = each.times[index] as number
    return Buffer.from(row.buffer)
  })
  writeFileSync(arena.resultFile, Buffer.concat(rows))
  process.stdout.write(`${JSON.stringify({ ...cost, rssMb: process.memoryUsage().rss / 1e6 })}\n`)
}
