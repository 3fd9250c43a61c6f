import { type Answers, hostileServer, rightEvents } from '../../testing/hostile-server.ts'

/** One answer of the server, in ms on the clock of this machine; `finishedMs` is null while it runs or if it was cut. */
export interface TrueRequest {
  readonly receivedMs: number
  finishedMs: number | null
}

/** A server that answers exactly, and knows which answers it gave to their end. */
export interface TrueServer {
  readonly url: string
  readonly requests: readonly TrueRequest[]
  stop(): Promise<void>
}

/** Time between two events of an answer. */
const EVENT_MS = 20

/** Starts it: every answer has the tokens that were asked for, one event every 20 ms. */
export async function startTrueServer(): Promise<TrueServer> {
  const requests: TrueRequest[] = []
  const completions: Answers['/v1/completions'] = (request, response) => {
    const truth: TrueRequest = { receivedMs: nowMs(), finishedMs: null }
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(parts).toString()) as {
        max_tokens: number
        prompt: unknown[]
        stream?: boolean
      }
      if (asked.stream !== true) {
        response.end(JSON.stringify({ choices: [{ text: ' a', finish_reason: 'length' }] }))
        return
      }
      requests.push(truth)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const events = rightEvents({ tokens: asked.max_tokens, promptTokens: asked.prompt.length })
      let at = 0
      const timer = setInterval(() => {
        const event = events[at]
        at += 1
        if (event !== undefined) {
          response.write(`data: ${JSON.stringify(event)}\n\n`)
          return
        }
        clearInterval(timer)
        response.end('data: [DONE]\n\n', () => {
          if (!response.destroyed) truth.finishedMs = nowMs()
        })
      }, EVENT_MS)
      response.on('close', () => clearInterval(timer))
    })
  }
  const { url, stop } = await hostileServer({ '/v1/completions': completions })
  return { url, requests, stop }
}

/** The clock of every process of this machine, as that of a run (harness/clock.ts). */
export const nowMs = (): number => performance.timeOrigin + performance.now()
