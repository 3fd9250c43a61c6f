import type { TimedResult } from '../../endpoint/timed-request.ts'
import type { BodyRequest } from '../../plan/body/body-plan.ts'
import { makeBodies } from '../../plan/prompt-body.ts'
import { makeTextsBodies, type TextsBody } from '../../plan/texts-body.ts'
import { type ConnectionSlot, makeHead, type SendOptions, sendOnSlot } from '../connection-slots.ts'
import type { WorkerPlan } from '../protocol.ts'
import { sendTexts } from './texts-exchange.ts'

/** Sends one request of a load on a connection and times its answer: a stream of tokens, or one document. */
export type Exchange = (slot: ConnectionSlot, request: BodyRequest, options: SendOptions) => Promise<TimedResult>

const isTexts = (plan: WorkerPlan['body']): plan is TextsBody => plan.api === 'embeddings' || plan.api === 'rerank'

/** The exchange of a load, by its API and client. The bodies that all requests share are made here. */
export async function makeExchange(
  { address, apiKey, client, body: plan }: Pick<WorkerPlan, 'address' | 'apiKey' | 'client' | 'body'>,
  now: () => number,
): Promise<Exchange> {
  const head = makeHead(address, plan.api, apiKey)
  if (isTexts(plan)) {
    const bodies = makeTextsBodies(plan)
    return (slot, request, options) =>
      sendOnSlot(slot, head, bodies.make(request), {
        ...options,
        send: ({ connection }, parts) => sendTexts(connection, plan.perRequest, parts, options),
      })
  }
  const bodies = makeBodies(plan)
  if (client === 'sdk') {
    // 230 modules, and half a second of each worker thread that loads them: only for the client that uses them
    const { makeSdkSender } = await import('../../endpoint/sdk-request.ts')
    const sdk = makeSdkSender(address, apiKey, plan.api, now)
    return (_, request, options) => sdk(bodies.make(request), options)
  }
  return (slot, request, options) => sendOnSlot(slot, head, bodies.make(request), options)
}
