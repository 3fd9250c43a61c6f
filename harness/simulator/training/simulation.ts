import { createServer } from 'node:http'
import { systemClock } from '../../clock.ts'
import { bareMachine, speedUnder } from '../bare-machine.ts'
import { ownMachine, type PlaceServer } from '../card/machine.ts'
import { findCard } from '../hardware.ts'
import type { SimulatorOptions } from '../options.ts'
import { noSuchRoute, sendError } from '../server/api-error.ts'
import { createMachineServer } from '../server/machine-server.ts'
import { sendEmpty } from '../server/reply.ts'
import type { Simulation } from '../simulation.ts'

/** The training command as shown by nvidia-smi: about Llama 8B in NF4 with adapters and activations. */
const TRAINER = { processName: 'python3', usedMiB: 9000 } as const
const POWER = { memoryShare: 0.25, computeShare: 0.6, bandwidthShare: 0.25, arithmeticShare: 0.33 } as const
/** Maximum duration of one step. */
const MAX_STEP_MS = 600_000

/**
 * A machine without a server: its cards, and `POST /simulator/work?ms=`, with which the simulated training
 * command (command.ts) loads a card. Answers when the work is done.
 */
export function createIdleSimulation(options: SimulatorOptions, place: PlaceServer = ownMachine): Simulation {
  const nowMs = (): number => systemClock.nowMs()
  const card = findCard(options.card)
  const serverProcess = options.model === 'training' ? TRAINER : null
  const { machine, context } = bareMachine({ options, card, serverProcess, place }, nowMs)
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator')
    const usualMs = Number(searchParams.get('ms'))
    if (pathname !== '/simulator/work' || request.method !== 'POST' || !(usualMs > 0 && usualMs < MAX_STEP_MS)) {
      sendError(response, noSuchRoute())
      return
    }
    const startMs = nowMs()
    const ms = usualMs / speedUnder(machine.conditions(startMs), card, POWER)
    machine.work(startMs, startMs + ms, { timeMs: ms, ...POWER })
    void systemClock.sleep(ms).then(() => sendEmpty(response, 200))
  })
  const machineServer = createMachineServer(context)
  return {
    server,
    machineServer,
    stop: () => {
      for (const listener of [server, machineServer]) {
        listener.close()
        listener.closeAllConnections()
      }
    },
  }
}
