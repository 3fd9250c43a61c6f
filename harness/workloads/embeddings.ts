import type { DescribedModel } from '../catalogue/types.ts'
import { parseAddress } from '../endpoint/address.ts'
import { discover } from '../endpoint/discover.ts'
import { startLoad } from '../load/driver.ts'
import { probeTexts } from '../load/probe/texts-probe.ts'
import type { LoadPlan } from '../load/protocol.ts'
import type { TextsBody } from '../plan/texts-body.ts'
import { requestTokens } from '../scenario/embeddings-schema.ts'
import { connectionsOf } from '../scenario/load-shape.ts'
import type { EmbeddingsScenario } from '../scenario/schema.ts'
import { modelOfRun, namedOnly } from './served-model.ts'
import type { WorkContext, Workload } from './workload.ts'

/**
 * Prepares texts to a server at /v1/embeddings or /v1/rerank: discovers it, sends the first request of the load, and
 * returns how to start the load. A model that cannot be described is measured as words. Throws `bad-input`
 * or `environment` with the server's own words where that request fails.
 */
export async function prepareEmbeddings(
  scenario: EmbeddingsScenario,
  known: DescribedModel | null,
  context: WorkContext,
): Promise<Workload> {
  const address = parseAddress(context.endpoint ?? '')
  const { apiKey, signal } = context
  const required = known ?? namedOnly(scenario.model)
  const { endpoint, simulatedBy, metricLabels } = await discover(address, apiKey, {
    ...required,
    claimed: context.servedAs,
  })
  const { model, own } = await modelOfRun(scenario.model, known, endpoint, context.note)
  await context.onDiscovered({ endpoint, simulatedBy, ...own })
  const { api, texts } = scenario
  const promptTokens = requestTokens(api, texts)
  const timeoutMs = scenario.trial.requestTimeoutSeconds * 1000
  const body: TextsBody = {
    api,
    model: endpoint.model ?? required.key,
    // reranking takes text only
    vocab: api === 'embeddings' && model.kind === 'text' ? model.vocab : null,
    seed: scenario.seed,
    salt: Math.floor(context.nowMs),
    perRequest: texts.perRequest,
    queryWords: api === 'rerank' ? texts.queryTokens : 0,
  }
  const textTokens = promptTokens / texts.perRequest
  const found = await probeTexts({ address, apiKey, body, textTokens, timeoutMs, signal })
  return {
    address,
    endpoint,
    ...own,
    simulatedBy: simulatedBy ?? (found.simulated ? `${address.url} stamps its answers as simulated` : null),
    metricLabels,
    command: null,
    oom: null,
    requestMs: found.requestMs,
    start: ({ originMs, workers }, listener) =>
      startLoad(
        {
          address,
          body: { ...found.body, salt: Math.floor(originMs) },
          originMs,
          apiKey,
          client: 'raw',
          lengths: { prompt: promptTokens, output: 0 },
          load: planOf(scenario.load),
          connections: connectionsOf(scenario.load),
          workers,
          requestTimeoutMs: timeoutMs,
        },
        listener,
      ),
  }
}

function planOf(load: EmbeddingsScenario['load']): LoadPlan {
  if (load.shape === 'closed') return { kind: 'closed', session: null }
  const { ratePerS, arrivals, burstiness, rampSeconds } = load
  return { kind: 'open', ratePerS, arrivals, burstiness, rampSeconds }
}
