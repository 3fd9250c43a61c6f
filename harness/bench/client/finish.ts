import { writeFileSync } from 'node:fs'
import {
  type ClientCost,
  type LoopbackScenario,
  type StampedRequest,
  toStamps,
} from '../../load/loopback/loopback-scenario.ts'

/** An scenario as a client process gets it: JSON in its first argument, and where its stamps go. */
export interface BenchArena extends LoopbackScenario {
  readonly resultFile: string
}

export const readScenario = (): BenchArena => JSON.parse(process.argv[2] ?? '{}') as BenchArena

/** Writes the timestamps of a client and, on stdout, the resources used by its process. */
export function finishScenario(scenario: BenchArena, seen: readonly StampedRequest[], cost: ClientCost): void {
  writeFileSync(scenario.resultFile, Buffer.from(toStamps(seen, scenario.chunks).buffer))
  process.stdout.write(`${JSON.stringify({ ...cost, rssMb: process.memoryUsage().rss / 1e6 })}\n`)
}
