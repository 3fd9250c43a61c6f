import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { ImageModel } from '../catalogue/image-models.ts'
import { systemClock } from '../clock.ts'
import { type Address, parseAddress } from '../endpoint/address.ts'
import { discover } from '../endpoint/discover.ts'
import { JoulemarkError } from '../errors.ts'
import { imageFit } from '../physics/image.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import type { ImageScenario } from '../scenario/schema.ts'
import { faultOfAnswer, imagePayload } from './image-answer.ts'
import { startImages } from './image-driver.ts'
import { exchangeImage } from './image-request.ts'
import { orOutOfMemory } from './out-of-memory.ts'
import type { WorkContext, Workload } from './workload.ts'

/**
 * Images from a server with an OpenAI-compatible /v1/images/generations (vllm-omni, SGLang Diffusion). One whole image
 * is requested before anything is written, to detect a server that ignores the size, sends blanks or runs out of memory.
 */
export async function prepareImages(
  scenario: ImageScenario,
  model: ImageModel,
  context: WorkContext,
): Promise<Workload> {
  const address = parseAddress(context.endpoint ?? '')
  const fit = context.card ? imageFit(context.card, model, scenario.server?.tensorParallel) : null
  const { apiKey, startFailure = null } = context
  return orOutOfMemory(address.url, { fit, startFailure }, async () => {
    const { endpoint, simulatedBy, metricLabels, metricsPath } = await discover(address, apiKey, {
      ...model,
      claimed: context.servedAs,
    })
    await context.onDiscovered({ endpoint, simulatedBy })
    const served = endpoint.model ?? model.servedAs[0] ?? model.key
    const connections = connectionsOf(scenario.load)
    const agent = address.tls
      ? new TlsAgent({ keepAlive: true, maxSockets: connections })
      : new Agent({ keepAlive: true, maxSockets: connections })
    await probe(scenario, served, { address, apiKey, agent })
    return {
      address,
      endpoint,
      simulatedBy,
      metricLabels,
      metricsPath,
      command: null,
      oom: null,
      start: async (startOptions, listener) =>
        startImages({ scenario, model: served, address, apiKey, agent, connections, startOptions }, listener),
    }
  })
}

/** Seeds of measured requests start at the scenario's seed; this one is outside their range. */
const PROBE_SEED = 2 ** 31 - 1

async function probe(
  scenario: ImageScenario,
  model: string,
  server: { readonly address: Address; readonly apiKey: string | null; readonly agent: Agent },
): Promise<void> {
  const timeoutMs = scenario.trial.requestTimeoutSeconds * 1000
  const signal = new AbortController().signal
  const options = { ...server, now: () => systemClock.nowMs(), timeoutMs, signal }
  const answer = await exchangeImage(imagePayload(scenario, model, PROBE_SEED), options)
  const where = `endpoint ${server.address.url}: the first image failed`
  if (answer.body === null) {
    const code = answer.outcome === 'http-4xx' ? 'bad-input' : 'environment'
    throw new JoulemarkError(code, `${where}: ${answer.error}`)
  }
  const fault = await faultOfAnswer(answer.body, scenario)
  if (fault !== null) throw new JoulemarkError('environment', `${where}: ${fault}`)
}
