import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import type { LoopbackScenario } from './loopback-scenario.ts'
import { runLoopbackScenario } from './run-scenario.ts'

/** Runs one loopback scenario in a thread with the limits of a load worker, and posts its cost. */
runLoopbackScenario(workerData as LoopbackScenario).then(
  ({ cost }) => parentPort?.postMessage(cost),
  (error: unknown) => parentPort?.postMessage({ error: messageOf(error) }),
)
