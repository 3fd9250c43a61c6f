import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../errors.ts'
import { type LoopbackScenario, toStamps } from './loopback-scenario.ts'
import { runLoopbackScenario } from './run-scenario.ts'

/** Plays one scenario in a thread like that of a load worker, and sends back its stamps and its cost. */
const scenario = workerData as LoopbackScenario
runLoopbackScenario(scenario).then(
  ({ seen, cost }) => parentPort?.postMessage({ stamps: toStamps(seen, scenario.chunks), cost }),
  (error: unknown) => parentPort?.postMessage({ error: messageOf(error) }),
)
