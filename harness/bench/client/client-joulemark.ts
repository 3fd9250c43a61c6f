import { runLoopbackScenario } from '../../load/loopback/run-scenario.ts'
import { finishScenario, readScenario } from './finish.ts'

/** The hot path of the load engine, as a process like the other clients. */
const scenario = readScenario()
const { seen, cost } = await runLoopbackScenario(scenario)
finishScenario(scenario, seen, cost)
process.exit(0)
