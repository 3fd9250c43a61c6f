import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, sendError } from './api-error.ts'
import type { ServerContext } from './context.ts'
import { collectAnswers, streamAnswers } from './generation.ts'
import { readChat, readPrompts } from './prompts.ts'
import { sendJson, sendText } from './reply.ts'
import { type JsonBody, readJsonBody } from './request-body.ts'
import { type GenerationRequest, readGenerationRequest } from './sampling.ts'
import { SIMULATED_FINGERPRINT } from './stamp.ts'
import { chatShape, completionShape, type StreamIdentity } from './stream-shapes.ts'
import { promptDetailsOf, usageOf } from './usage.ts'

const DEFAULT_MAX_TOKENS = 16

/** POST /v1/completions. */
export async function handleCompletions(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request)
  if (isRefused(context, body, response)) return
  refuseAsImitated(context, 'completions', body)
  const identity = identify(context, request, body, 'cmpl')
  const prompts = readPrompts(body, context.served)
  const params = asTaken(context, readGenerationRequest(body, body.integer('max_tokens') ?? DEFAULT_MAX_TOKENS))
  if (params.stream) {
    streamAnswers({ context, response, prompts, params }, completionShape(identity))
    return
  }
  collectAnswers({ context, response, prompts, params }, (answers, cachedTokens) => {
    const completionTokens = answers.reduce((sum, answer) => sum + answer.completionTokens, 0)
    const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0)
    sendJson(response, 200, {
      id: identity.id,
      object: 'text_completion',
      created: identity.created,
      model: identity.model,
      choices: answers.map((answer, index) => ({
        index,
        text: answer.text,
        logprobs: null,
        finish_reason: answer.finishReason,
        stop_reason: null,
        token_ids: null,
        prompt_logprobs: null,
        prompt_token_ids: null,
      })),
      service_tier: null,
      system_fingerprint: SIMULATED_FINGERPRINT,
      usage: { ...usageOf(promptTokens, completionTokens), prompt_tokens_details: promptDetailsOf(cachedTokens) },
      kv_transfer_params: null,
    })
  })
}

/** POST /v1/chat/completions. */
export async function handleChat(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request)
  if (isRefused(context, body, response)) return
  refuseAsImitated(context, 'chat', body)
  const identity = identify(context, request, body, 'chatcmpl')
  const prompt = readChat(body, context.served, body.boolean('add_special_tokens') ?? false)
  const maxTokens = body.integer('max_completion_tokens') ?? body.integer('max_tokens')
  const params = asTaken(
    context,
    readGenerationRequest(body, maxTokens ?? Math.max(1, context.served.maxModelLen - prompt.length)),
  )
  if (params.stream) {
    streamAnswers({ context, response, prompts: [prompt], params }, chatShape(identity))
    return
  }
  collectAnswers({ context, response, prompts: [prompt], params }, ([answer], cachedTokens) => {
    if (answer === undefined) return
    sendJson(response, 200, {
      id: identity.id,
      object: 'chat.completion',
      created: identity.created,
      model: identity.model,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: answer.text,
            refusal: null,
            annotations: null,
            audio: null,
            function_call: null,
            tool_calls: [],
            reasoning: null,
          },
          logprobs: null,
          finish_reason: answer.finishReason,
          stop_reason: null,
          token_ids: null,
        },
      ],
      service_tier: null,
      system_fingerprint: SIMULATED_FINGERPRINT,
      usage: {
        ...usageOf(prompt.length, answer.completionTokens),
        prompt_tokens_details: promptDetailsOf(cachedTokens),
      },
      prompt_logprobs: null,
      prompt_token_ids: null,
      kv_transfer_params: null,
    })
  })
}

/** Answers a request that a fault refuses; false if it is to be answered normally. */
function isRefused({ requestFaults }: ServerContext, body: JsonBody, response: ServerResponse): boolean {
  const refusal = requestFaults.next({
    has: (field) => body.get(field) !== undefined,
    hasContinuousUsage: body.object('stream_options')?.boolean('continuous_usage_stats') ?? false,
  })
  if (refusal === null) return false
  if ('html' in refusal) sendText(response, refusal.status, 'text/html', refusal.html)
  else sendError(response, new ApiError(refusal.status, refusal.type, refusal.message))
  return true
}

/** Throws the refusal of the engine that is shown, in its words. */
function refuseAsImitated({ imitation }: ServerContext, api: 'completions' | 'chat', body: JsonBody): void {
  const hasTextPrompt = typeof body.get('prompt') === 'string'
  const refusal = imitation?.refuses({ api, fields: body.names, hasTextPrompt }) ?? null
  if (refusal !== null) throw new ApiError(refusal.status, refusal.type, refusal.message)
}

/** The parameters as the engine that is shown takes them. */
function asTaken({ imitation }: ServerContext, params: GenerationRequest): GenerationRequest {
  const ignores = imitation?.ignores ?? []
  return {
    ...params,
    ignoreEos: params.ignoreEos && !ignores.includes('ignore_eos'),
    minTokens: ignores.includes('min_tokens') ? 0 : params.minTokens,
    continuousUsage: params.continuousUsage && !ignores.includes('continuous_usage_stats'),
  }
}

function identify(context: ServerContext, request: IncomingMessage, body: JsonBody, prefix: string): StreamIdentity {
  const adapter = checkModel(context, body)
  const requestId = request.headers['x-request-id'] ?? body.string('request_id')
  const name =
    typeof requestId === 'string' && /^[\w.:-]+$/.test(requestId) ? requestId : randomBytes(16).toString('hex')
  return {
    id: `${prefix}-${name}`,
    created: Math.floor(Date.now() / 1000),
    model: adapter ?? (context.served.names[0] as string),
  }
}

/** Checks the model of a request and returns its adapter, if it names one. A request without a name uses the served model. */
export function checkModel({ served }: ServerContext, body: JsonBody): string | null {
  const model = body.string('model')
  if (model === undefined || served.names.includes(model)) return null
  if (served.adapters.includes(model)) return model
  throw new ApiError(404, 'NotFoundError', `The model \`${model}\` does not exist.`, 'model')
}
