import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ImageModel } from '../../catalogue/image-models.ts'
import { systemClock } from '../../clock.ts'
import { JoulemarkError } from '../../errors.ts'
import { denseTflops } from '../../physics/arithmetic.ts'
import { imageFit, imageTime } from '../../physics/image.ts'
import { bareMachine, speedUnder } from '../bare-machine.ts'
import { ownMachine, type PlaceServer } from '../card/machine.ts'
import { findCard } from '../hardware.ts'
import type { SimulatorOptions } from '../options.ts'
import { ApiError, noSuchRoute, sendError } from '../server/api-error.ts'
import { createMachineServer } from '../server/machine-server.ts'
import { sendEmpty, sendJson } from '../server/reply.ts'
import { readJsonBody } from '../server/request-body.ts'
import type { Simulation } from '../simulation.ts'
import { pictureOf } from './picture.ts'

/** Share of the 16-bit rate that a denoiser reaches: plausible, not fitted. */
const COMPUTE_SHARE = 0.55
const POWER = {
  memoryShare: 0.1,
  computeShare: 0.85,
  bandwidthShare: 0.1,
  arithmeticShare: 0.85 * COMPUTE_SHARE,
} as const
const VERSION = '0.0-sim'

/** An image server on a simulated card, with the API of vllm-omni. Throws when the model does not fit. */
export function createImageSimulation(
  options: SimulatorOptions,
  model: ImageModel,
  place: PlaceServer = ownMachine,
): Simulation {
  const nowMs = (): number => systemClock.nowMs()
  const card = findCard(options.card)
  const fit = imageFit(card, model)
  if (!fit.fits) throw new JoulemarkError('environment', `simulator: CUDA out of memory: ${fit.evidence}`)
  const usedMiB = Math.round((model.residentBytes + 1e9) / 2 ** 20)
  const worker = { processName: 'VLLM::DiffusionWorker', usedMiB }
  const { machine, context } = bareMachine({ options, card, serverProcess: worker, place }, nowMs)
  const name = options.servedModelName ?? model.servedAs[0] ?? model.key
  const startedS = Math.floor(nowMs() / 1000)
  let freeAtMs = 0

  /** The card generates one picture at a time: a request waits for earlier requests. */
  async function draw(images: number, secondsPerImage: number): Promise<void> {
    const beginMs = Math.max(nowMs(), freeAtMs)
    const speed = speedUnder(machine.conditions(nowMs()), card, POWER)
    freeAtMs = beginMs + (images * secondsPerImage * 1000) / speed
    const endMs = freeAtMs
    await systemClock.sleep(beginMs - nowMs())
    machine.work(beginMs, endMs, { timeMs: endMs - beginMs, ...POWER })
    await systemClock.sleep(endMs - nowMs())
  }

  async function generate(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJsonBody(request)
    const requested = body.string('model')
    if (requested !== undefined && requested !== name) {
      throw new ApiError(404, 'NotFoundError', `The model \`${requested}\` does not exist.`)
    }
    const size = body.string('size') ?? '1024x1024'
    const images = body.integer('n') ?? 1
    const shape = {
      size: '1024x1024',
      steps: body.integer('num_inference_steps') ?? 50,
      guidance: Number(body.get('guidance_scale') ?? 1),
    }
    const drawn = imageTime(model, shape, denseTflops(card, {}))
    if ('reason' in drawn) throw new ApiError(500, 'InternalServerError', drawn.reason)
    const [width = 1024, height = 1024] = size.split('x').map(Number)
    await draw(images, (drawn.secondsPerImage / COMPUTE_SHARE) * ((width * height) / 1024 ** 2))
    const b64_json = pictureOf(width, height).toString('base64')
    const data = Array.from({ length: images }, () => ({ b64_json, url: null, revised_prompt: null }))
    sendJson(response, 200, { created: Math.floor(nowMs() / 1000), data })
  }

  const entry = { id: name, object: 'model', created: startedS, owned_by: 'simulated', root: name, parent: null }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').replace(/\?.*$/s, '')
    if (path === '/v1/images/generations' && request.method === 'POST') await generate(request, response)
    else if (path === '/v1/models') sendJson(response, 200, { object: 'list', data: [entry] })
    else if (path === '/version') sendJson(response, 200, { version: VERSION })
    else if (path === '/health') sendEmpty(response, 200)
    else throw noSuchRoute()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else
        sendError(response, error instanceof ApiError ? error : new ApiError(500, 'InternalServerError', String(error)))
    })
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
