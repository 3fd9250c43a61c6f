import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { badValue, malformed } from './api-error.ts'
import { checkModel } from './completions.ts'
import type { ServerContext } from './context.ts'
import { collectAnswers } from './generation.ts'
import { readTexts, textTokens } from './prompts.ts'
import { sendJson } from './reply.ts'
import { type JsonBody, readJsonBody } from './request-body.ts'
import { readGenerationRequest } from './sampling.ts'
import { usageOf } from './usage.ts'

/** Numbers of a simulated vector: as many as small models have. */
const DIMENSIONS = 384

/** POST /v1/embeddings: the prefill of each text, and a vector of noise. */
export async function handleEmbeddings(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request)
  checkModel(context, body)
  const prompts = readTexts(body.get('input'), 'input', { tokenizer: context.served, special: true })
  answer({ context, response, body, prompts }, (promptTokens) =>
    sendJson(response, 200, {
      id: `embd-${randomBytes(16).toString('hex')}`,
      object: 'list',
      created: Math.floor(Date.now() / 1000),
      model: context.served.names[0],
      data: prompts.map((_, index) => ({ index, object: 'embedding', embedding: vectorOf(body) })),
      usage: { ...usageOf(promptTokens, 0), prompt_tokens_details: null },
    }),
  )
}

/** POST /v1/rerank and /rerank: the prefill of each pair of query and document, and a score of noise. */
export async function handleRerank(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request)
  checkModel(context, body)
  const query = body.string('query')
  const documents = body.get('documents')
  if (query === undefined) throw malformed("'query'", 'Field required')
  if (!Array.isArray(documents) || documents.length === 0) throw badValue('Please provide documents', 'documents')
  const prompts = documents.map((document: unknown) => textTokens(`${query} ${String(document)}`, context.served, true))
  answer({ context, response, body, prompts }, (promptTokens) =>
    sendJson(response, 200, {
      id: `score-${randomBytes(16).toString('hex')}`,
      model: context.served.names[0],
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
      results: documents.map((document: unknown, index) => ({
        index,
        document: { text: String(document), multi_modal: null },
        relevance_score: context.random(),
      })),
    }),
  )
}

interface TextsRequest {
  readonly context: ServerContext
  readonly response: ServerResponse
  readonly body: JsonBody
  readonly prompts: readonly number[][]
}

/** Reads each text in the engine, as one step that makes a single token. */
function answer({ context, response, body, prompts }: TextsRequest, send: (promptTokens: number) => void): void {
  const params = readGenerationRequest(body, 1)
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.length, 0)
  collectAnswers({ context, response, prompts: [...prompts], params }, () => send(promptTokens))
}

function vectorOf(body: JsonBody): number[] | string {
  const bytes = randomBytes(DIMENSIONS * 4)
  if (body.string('encoding_format') === 'base64') return bytes.toString('base64')
  return Array.from({ length: DIMENSIONS }, (_, index) => bytes.readInt32LE(index * 4) / 2 ** 31)
}
