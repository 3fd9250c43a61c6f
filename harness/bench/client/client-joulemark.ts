import { playArena } from '../../load/loopback/run-scenario.ts'
import { finishArena, readArena } from './finish.ts'

/** The load engine's own hot path, as a process of its own beside the others. */
const arena = readArena()
const { seen, cost } = await playArena(arena)
finishArena(arena, seen, cost)
process.exit(0)
