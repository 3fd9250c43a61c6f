import { writeFileSync } from 'node:fs'
import { type Arena, type ArenaCost, type Seen, toStamps } from '../../load/loopback/loopback-scenario.ts'

/** An arena as a client process gets it: JSON in its first argument, and where its stamps go. */
export interface BenchArena extends Arena {
  readonly resultFile: string
}

export const readArena = (): BenchArena => JSON.parse(process.argv[2] ?? '{}') as BenchArena

/** Writes what a client saw and, on stdout, what it cost as a whole process. */
export function finishArena(arena: BenchArena, seen: readonly Seen[], cost: ArenaCost): void {
  writeFileSync(arena.resultFile, Buffer.from(toStamps(seen, arena.chunks).buffer))
  process.stdout.write(`${JSON.stringify({ ...cost, rssMb: process.memoryUsage().rss / 1e6 })}\n`)
}
