import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ApiError, noSuchRoute, sendError, sendUnauthorized, wrongMethod } from './api-error.ts'
import { handleChat, handleCompletions } from './completions.ts'
import type { ServerContext } from './context.ts'
import { handleEmbeddings, handleRerank } from './embeddings.ts'
import {
  handleHealth,
  handleImitated,
  handleLoad,
  handleMetrics,
  handleModels,
  handleSmiState,
  handleTokenize,
  handleTrueEnergy,
  handleVersion,
} from './inspection.ts'

type Handler = (context: ServerContext, request: IncomingMessage, response: ServerResponse) => void | Promise<void>

const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/v1/models': { GET: handleModels },
  '/v1/completions': { POST: handleCompletions },
  '/v1/chat/completions': { POST: handleChat },
  '/v1/embeddings': { POST: handleEmbeddings },
  '/v1/rerank': { POST: handleRerank },
  '/rerank': { POST: handleRerank },
  '/tokenize': { POST: handleTokenize },
  '/health': { GET: handleHealth },
  '/ping': { GET: handleHealth, POST: handleHealth },
  '/version': { GET: handleVersion },
  '/load': { GET: handleLoad },
  '/metrics': { GET: handleMetrics },
  '/metrics/': { GET: handleMetrics },
  '/simulator/smi-state': { GET: handleSmiState },
  '/simulator/true-energy': { GET: handleTrueEnergy },
}

/** Paths that vLLM protects with its key; all others are open. */
const guarded = /^\/(v1|v2|inference|cohere)(\/|$)/

/** The HTTP server of the simulator; the caller starts it. */
export function createApiServer(context: ServerContext): Server {
  const server = createServer(
    { keepAliveTimeout: context.keepAliveMs, keepAliveTimeoutBuffer: 0, requestTimeout: 0, noDelay: true },
    (request, response) => {
      answer(context, request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy()
        else if (error instanceof ApiError) sendError(response, error)
        else sendError(response, new ApiError(500, 'InternalServerError', (error as Error).message))
      })
    },
  )
  return server
}

async function answer(context: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/s, '')
  if (context.apiKey !== null && guarded.test(path) && request.headers.authorization !== `Bearer ${context.apiKey}`) {
    request.resume()
    sendUnauthorized(response)
    return
  }
  if (handleImitated(context, path, response)) return
  const methods = routes[path]
  if (methods === undefined) throw noSuchRoute()
  const handler = methods[request.method ?? '']
  if (handler === undefined) throw wrongMethod()
  await handler(context, request, response)
}
