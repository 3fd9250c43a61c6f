import OpenAI from 'openai'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { Endpoint } from '../record/schema/run.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { fetchMetrics } from './scraper.ts'
import { type MetricsPage, readMetricsPage } from './server-metrics.ts'
import { fetchServerInfo, servingOf } from './serving.ts'

/** What a scenario wants served: the names its checkpoint goes by, and those that need a certain `--quantization`. */
export interface WantedModel {
  readonly key: string
  readonly servedAs: readonly string[]
  readonly servedAsWithQuantization?: readonly { readonly name: string; readonly quantization: string }[] | undefined
}

export interface Discovery {
  readonly endpoint: Endpoint
  /** What said that the other side is the stand-in, or null. */
  readonly simulatedBy: string | null
}

/** One entry of `/v1/models`. */
export interface ModelCard {
  readonly id: string
  readonly root?: string | null
  readonly max_model_len?: number | null
  readonly owned_by?: string
}

/**
 * Asks the endpoint what it is and what it serves. Throws `environment` when it cannot be reached, `bad-input` when
 * it wants another key or does not serve the model (those that it serves are listed).
 */
export async function discover(address: Address, apiKey: string | null, wanted: WantedModel): Promise<Discovery> {
  const models = await listModels(address, apiKey)
  const model = pickModel(address, models, wanted)
  const version = await readVersion(address)
  const metrics = await readMetrics(address, apiKey)
  const maxModelLen = model.max_model_len ?? null
  const simulated = models.some((each) => each.owned_by === 'simulated')
  return {
    endpoint: {
      url: address.url,
      engine: engineOf(metrics, model),
      version,
      systemFingerprint: null,
      model: model.id,
      modelRoot: model.root ?? null,
      servedModels: models.map((each) => each.id),
      maxModelLen,
      serving: servingOf({ metrics, serverInfo: await fetchServerInfo(address, apiKey), maxModelLen }),
    },
    simulatedBy: simulated ? `${address.url} says that its models are simulated` : null,
  }
}

/** The models that an endpoint lists. Throws as `discover` does. */
export async function listModels(address: Address, apiKey: string | null): Promise<ModelCard[]> {
  try {
    const page = await makeClient(address, apiKey).models.list()
    return page.data as unknown as ModelCard[]
  } catch (error) {
    throw endpointError(address, apiKey, error)
  }
}

function endpointError(address: Address, apiKey: string | null, error: unknown): JoulemarkError {
  if (error instanceof OpenAI.AuthenticationError || error instanceof OpenAI.PermissionDeniedError) {
    const advice = apiKey
      ? 'the key in OPENAI_API_KEY is not the right one'
      : 'set OPENAI_API_KEY to the key of the server'
    return new JoulemarkError('bad-input', `endpoint ${address.url}: HTTP ${error.status}: not authorised; ${advice}`)
  }
  if (error instanceof OpenAI.APIConnectionError) {
    const cause = messageOf(error.cause ?? error) || 'connection failed'
    const advice = 'is the server up, and is this its address? vLLM listens only when it is ready'
    return new JoulemarkError(
      'environment',
      `endpoint ${address.url}: cannot be reached (${deepest(error) ?? cause}); ${advice}`,
    )
  }
  if (error instanceof OpenAI.APIError) {
    const what = error.status === 404 ? 'no /v1/models there: not an OpenAI-compatible server?' : messageOf(error)
    return new JoulemarkError('environment', `endpoint ${address.url}: HTTP ${error.status}: ${what}`)
  }
  return new JoulemarkError('environment', `endpoint ${address.url}: ${messageOf(error)}`)
}

/** The system's own word, such as ECONNREFUSED, from the bottom of the chain of causes. */
function deepest(error: unknown): string | null {
  let at: unknown = error
  let code: string | null = null
  for (let depth = 0; depth < 6 && at instanceof Error; depth += 1) {
    code = (at as NodeJS.ErrnoException).code ?? code
    const inner = (at as AggregateError).errors
    at = Array.isArray(inner) ? inner[0] : at.cause
  }
  return code
}

function pickModel(address: Address, models: readonly ModelCard[], wanted: WantedModel): ModelCard {
  const names = [...wanted.servedAs, ...(wanted.servedAsWithQuantization ?? []).map((each) => each.name)]
  const found = names.map((name) => models.find((model) => model.id === name || model.root === name)).find(Boolean)
  if (found) return found
  const served = models.map((model) => model.id).join(', ') || 'nothing'
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${address.url}: does not serve ${wanted.key} (any of ${names.join(', ')}); it serves: ${served}`,
  )
}

type Metrics = MetricsPage | { readonly reason: string }

async function readMetrics(address: Address, apiKey: string | null): Promise<Metrics> {
  const got = await fetchMetrics(address, apiKey)
  return 'reason' in got ? got : readMetricsPage(got.page)
}

/** By the names of its metrics, else by who owns the model. A /version alone proves nothing: other servers have one too. */
function engineOf(metrics: Metrics, model: ModelCard): string | null {
  const named = 'reason' in metrics ? null : metrics.engine
  return named ?? (model.owned_by === 'vllm' ? 'vllm' : null)
}

/** vLLM's /version stands outside of /v1 and needs no key; other servers lack it. */
async function readVersion(address: Address): Promise<string | null> {
  try {
    const response = await fetch(`${address.url}/version`, { signal: AbortSignal.timeout(5000) })
    if (!response.ok) return null
    const body = (await response.json()) as { version?: unknown }
    return typeof body.version === 'string' ? body.version : null
  } catch {
    return null
  }
}
