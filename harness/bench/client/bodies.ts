import { type BodyMaker, makeBodies } from '../../plan/prompt-body.ts'
import type { Arena } from './arena.ts'

/** Bodies with prompts of the arena's length; their bulk is written here, before any clock starts. */
export function prepareArenaBodies(arena: Arena): BodyMaker {
  const bodies = makeBodies({ api: 'completions', model: 'mock', vocab: 128_256, seed: 1, sharedTokens: 0 })
  bodies.make({ phase: 0, topic: 0, promptTokens: arena.promptTokens, outputTokens: arena.chunks })
  return bodies
}

/** The head of one request, with the id by which the mock server keeps its stamps. */
export function emptyHead(authority: string, id: number, body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 0)
  const lines = [
    'POST /v1/completions HTTP/1.1',
    `Host: ${authority}`,
    'Content-Type: application/json',
    `X-Request-Id: ${id}`,
    `Content-Length: ${length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
