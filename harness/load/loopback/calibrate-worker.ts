import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { type LoopbackScenario, toStamps } from './loopback-scenario.ts'
import { runLoopbackScenario } from './run-scenario.ts'

/** Runs one loopback scenario in a thread with the limits of a load worker, and posts its stamps and its cost. */
const scenario = workerData as LoopbackScenario
runLoopbackScenario(scenario).then(
  ({ seen, cost }) => parentPort?.postMessage({ stamps: toStamps(seen, scenario.chunks), cost }),
  (error: unknown) => parentPort?.postMessage({ error: messageOf(error) }),
)
