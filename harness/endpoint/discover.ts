import OpenAI from 'openai'
import { JoulemarkError, messageOf } from '../errors.ts'
import type { Endpoint } from '../record/schema/run.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { fetchMetrics } from './scraper.ts'
import { type MetricsPage, readMetricsPage } from './server-metrics.ts'
import { fetchServerInfo, servingOf } from './serving.ts'

/** The model that a scenario requires: names of its checkpoint, and names valid only with a `--quantization`. */
export interface RequiredModel {
  readonly key: string
  readonly servedAs: readonly string[]
  readonly servedAsWithQuantization?: readonly { readonly name: string; readonly quantization: string }[] | undefined
}

export interface Discovery {
  readonly endpoint: Endpoint
  /** How the server reported that it is the simulator, or null when it did not. */
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
 * Reads from the endpoint which engine it runs and what it serves. Throws `environment` when it cannot be reached, and
 * `bad-input` when it requires another key or does not serve the model (the message lists the served models).
 */
export async function discover(address: Address, apiKey: string | null, required: RequiredModel): Promise<Discovery> {
  const models = await listModels(address, apiKey)
  const model = pickModel(address, models, required)
  const version = await readVersion(address)
  const metrics = await readMetrics(address, apiKey)
  const maxModelLen = model.max_model_len ?? null
  const simulated = models.some((entry) => entry.owned_by === 'simulated')
  return {
    endpoint: {
      url: address.url,
      engine: engineOf(metrics, model),
      version,
      systemFingerprint: null,
      model: model.id,
      modelRoot: model.root ?? null,
      servedModels: models.map((entry) => entry.id),
      maxModelLen,
      serving: servingOf({ metrics, serverInfo: await fetchServerInfo(address, apiKey), maxModelLen }),
    },
    simulatedBy: simulated ? `${address.url} reports that its models are simulated` : null,
  }
}

/** The models that an endpoint lists. Throws as `discover` does. */
export async function listModels(address: Address, apiKey: string | null): Promise<ModelCard[]> {
  try {
    const page = await makeClient(address, apiKey, 'single-use').models.list()
    return page.data as unknown as ModelCard[]
  } catch (error) {
    throw endpointError(address, apiKey, error)
  }
}

function endpointError(address: Address, apiKey: string | null, error: unknown): JoulemarkError {
  if (error instanceof OpenAI.AuthenticationError || error instanceof OpenAI.PermissionDeniedError) {
    const advice = apiKey ? 'the key in OPENAI_API_KEY is not accepted' : 'set OPENAI_API_KEY to the key of the server'
    return new JoulemarkError('bad-input', `endpoint ${address.url}: HTTP ${error.status}: not authorised; ${advice}`)
  }
  if (error instanceof OpenAI.APIConnectionError) {
    const cause = messageOf(error.cause ?? error) || 'connection failed'
    const advice = 'check that the server is running at this address; vLLM listens only once it is ready'
    return new JoulemarkError(
      'environment',
      `endpoint ${address.url}: cannot be reached (${deepestCode(error) ?? cause}); ${advice}`,
    )
  }
  if (error instanceof OpenAI.APIError) {
    const what =
      error.status === 404 ? 'no /v1/models; check that this is an OpenAI-compatible server' : messageOf(error)
    return new JoulemarkError('environment', `endpoint ${address.url}: HTTP ${error.status}: ${what}`)
  }
  return new JoulemarkError('environment', `endpoint ${address.url}: ${messageOf(error)}`)
}

/** The error code of the operating system, such as ECONNREFUSED, from the end of the chain of causes. */
function deepestCode(error: unknown): string | null {
  let current: unknown = error
  let code: string | null = null
  for (let depth = 0; depth < 6 && current instanceof Error; depth += 1) {
    code = (current as NodeJS.ErrnoException).code ?? code
    const inner = (current as AggregateError).errors
    current = Array.isArray(inner) ? inner[0] : current.cause
  }
  return code
}

function pickModel(address: Address, models: readonly ModelCard[], required: RequiredModel): ModelCard {
  const names = [...required.servedAs, ...(required.servedAsWithQuantization ?? []).map(({ name }) => name)]
  const found = names.map((name) => models.find((model) => model.id === name || model.root === name)).find(Boolean)
  if (found) return found
  const served = models.map((model) => model.id).join(', ') || 'nothing'
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${address.url}: does not serve ${required.key} (any of ${names.join(', ')}); it serves: ${served}`,
  )
}

type Metrics = MetricsPage | { readonly reason: string }

async function readMetrics(address: Address, apiKey: string | null): Promise<Metrics> {
  const got = await fetchMetrics(address, apiKey)
  return 'reason' in got ? got : readMetricsPage(got.page)
}

/** The engine, by the names of its metrics or the owner of the model. /version is no evidence: others have it too. */
function engineOf(metrics: Metrics, model: ModelCard): string | null {
  const named = 'reason' in metrics ? null : metrics.engine
  return named ?? (model.owned_by === 'vllm' ? 'vllm' : null)
}

/** The version at vLLM's /version, which is outside /v1 and requires no key; null for other servers. */
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
