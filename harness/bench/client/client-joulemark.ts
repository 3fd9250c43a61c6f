import { runLoopbackScenario } from '../../load/loopback/run-scenario.ts'
import { finishScenario, readScenario } from './finish.ts'

/** The load engine's own hot path, as a process of its own beside the others. */
const scenario = readScenario()
const { seen, cost } = await runLoopbackScenario(scenario)
finishScenario(scenario, seen, cost)
process.exit(0)
