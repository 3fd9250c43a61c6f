import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SettingRequest } from '../smi/setting.ts'
import { malformed, noSuchRoute } from './api-error.ts'
import { checkModel } from './completions.ts'
import type { MachineContext, ServerContext } from './context.ts'
import { readChat, textTokens } from './prompts.ts'
import { sendEmpty, sendJson, sendText } from './reply.ts'
import { readBody, readJsonBody } from './request-body.ts'

type HandlerOf<Context> = (context: Context, request: IncomingMessage, response: ServerResponse) => void | Promise<void>
type Handler = HandlerOf<ServerContext>

/** GET /v1/models: one entry for each served name and each adapter. */
export const handleModels: Handler = ({ served, startedS }, _request, response) => {
  const [base = null] = served.names
  const models = [
    ...served.names.map((id) => ({ id, root: served.root, parent: null })),
    ...served.adapters.map((id) => ({ id, root: `/adapters/${id}`, parent: base })),
  ]
  const data = models.map(({ id, root, parent }) => ({
    id,
    object: 'model',
    created: startedS,
    owned_by: 'simulated',
    root,
    parent,
    max_model_len: served.maxModelLen,
    permission: [],
  }))
  sendJson(response, 200, { object: 'list', data })
}

/** POST /tokenize, with a prompt or with messages. */
export const handleTokenize: Handler = async (context, request, response) => {
  const body = await readJsonBody(request)
  checkModel(context, body)
  const { served } = context
  const special = body.boolean('add_special_tokens')
  const prompt = body.string('prompt')
  if (prompt === undefined && body.get('messages') === undefined) throw malformed("'prompt'", 'Field required')
  const tokens =
    prompt === undefined ? readChat(body, served, special ?? false) : textTokens(prompt, served, special ?? true)
  sendJson(response, 200, { count: tokens.length, max_model_len: served.maxModelLen, tokens, token_strs: null })
}

/** GET /health: empty, and 503 once the engine is dead. */
export const handleHealth: Handler = ({ engineState }, _request, response) =>
  sendEmpty(response, engineState.isDead ? 503 : 200)

export const handleVersion: Handler = ({ version }, _request, response) => sendJson(response, 200, { version })

/**
 * Answers with a page of the engine that is shown in place of vLLM; false where the path is that of vLLM. Throws 404 for a
 * path of vLLM that this engine does not have.
 */
export function handleImitated(context: ServerContext, path: string, response: ServerResponse): boolean {
  if (context.imitation?.lacks.includes(path)) throw noSuchRoute()
  context.driver.catchUp()
  const page = context.imitatedPage(path)
  if (page === null) return false
  if (typeof page === 'string') sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', page)
  else sendJson(response, 200, page)
  return true
}

/** GET /load: vLLM counts only with a flag that this server does not have. */
export const handleLoad: Handler = (_context, _request, response) => sendJson(response, 200, { server_load: 0 })

/** GET /metrics, and /metrics/ behind a redirect. */
export const handleMetrics: Handler = async (context, request, response) => {
  if (context.redirectsMetrics && request.url === '/metrics') {
    response.setHeader('location', '/metrics/')
    sendEmpty(response, 307)
    return
  }
  if (context.slowMetricsMs > 0) await new Promise((resolve) => setTimeout(resolve, context.slowMetricsMs))
  context.driver.catchUp()
  sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', context.metricsText())
}

/**
 * GET /simulator/smi-state?atMs=a,b: the state for the simulated nvidia-smi at these times, or now without any. With a
 * sensor fault it is delayed and only the current state, or 503.
 */
export const handleSmiState: HandlerOf<MachineContext> = async (context, request, response) => {
  context.driver.catchUp()
  const noAnswer = context.smiNoAnswer()
  if (noAnswer === 'dead') {
    sendEmpty(response, 503)
    return
  }
  const timesMs = noAnswer > 0 ? null : new URL(request.url ?? '/', 'http://simulator').searchParams.get('atMs')
  if (noAnswer > 0) {
    await new Promise((resolve) => setTimeout(resolve, noAnswer))
    context.driver.catchUp()
  }
  const nowMs = context.nowMs()
  const moments = (timesMs?.split(',').map(Number) ?? []).filter((atMs) => atMs <= nowMs)
  sendJson(response, 200, (moments.length > 0 ? moments : [nowMs]).map(context.smiState))
}

/** POST /simulator/smi-setting: sets cards for the simulated nvidia-smi from the next step on, and answers what it prints. */
export const handleSmiSetting: HandlerOf<MachineContext> = async (context, request, response) => {
  const setting = JSON.parse(await readBody(request)) as SettingRequest
  // steps until now were made under the setting before
  context.driver.catchUp()
  sendJson(response, 200, context.smiSet(setting))
}

/** GET /simulator/true-energy?fromMs=&toMs=: the integral of true power, which no sensor reports. */
export const handleTrueEnergy: HandlerOf<MachineContext> = (context, request, response) => {
  context.driver.catchUp()
  const query = new URL(request.url ?? '/', 'http://simulator').searchParams
  const fromMs = Number(query.get('fromMs') ?? Number.NaN)
  const toMs = Number(query.get('toMs') ?? Number.NaN)
  if (!(fromMs <= toMs)) throw malformed("'fromMs', 'toMs'", 'expected two epoch times in milliseconds')
  const perGpuJ = context.trueEnergyJ(fromMs, toMs)
  sendJson(response, 200, { energyJ: perGpuJ.reduce((sum, joules) => sum + joules, 0), perGpuJ })
}
