import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { type Arena, toStamps } from './loopback-scenario.ts'
import { playArena } from './run-scenario.ts'

/** Plays one arena in a thread like that of a load worker, and sends back its stamps and its cost. */
const arena = workerData as Arena
playArena(arena).then(
  ({ seen, cost }) => parentPort?.postMessage({ stamps: toStamps(seen, arena.chunks), cost }),
  (error: unknown) => parentPort?.postMessage({ error: messageOf(error) }),
)
