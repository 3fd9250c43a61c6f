import { createServer, type Server } from 'node:http'
import { noSuchRoute, sendError } from './api-error.ts'
import type { MachineContext } from './context.ts'
import { handleSmiSetting, handleSmiState, handleTrueEnergy } from './inspection.ts'

/**
 * The server for the simulated nvidia-smi, on a separate port, because a card is available before
 * vLLM listens and after it exited.
 */
export function createMachineServer(context: MachineContext): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '')
    if (path === '/simulator/smi-state') void handleSmiState(context, request, response)
    else if (path === '/simulator/smi-setting') void handleSmiSetting(context, request, response)
    else if (path === '/simulator/true-energy') void handleTrueEnergy(context, request, response)
    else sendError(response, noSuchRoute())
  })
}
