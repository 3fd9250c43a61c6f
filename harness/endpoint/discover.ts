import { JoulemarkError } from '../errors.ts'
import { shellWord } from '../plain-text.ts'
import type { Endpoint } from '../record/schema/run.ts'
import { directFetch } from './access/direct-fetch.ts'
import { endpointError } from './access/endpoint-error.ts'
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
  /** Served name that the user gives for the model (`--served-as`), whatever the catalogue says. */
  readonly claimed?: string | undefined
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
      ...(required.claimed === undefined ? {} : { servedAs: required.claimed }),
      servedModels: models.map((entry) => entry.id),
      maxModelLen,
      ...startedAt(metrics),
      serving: servingOf({ metrics, serverInfo: await fetchServerInfo(address, apiKey), maxModelLen }),
    },
    simulatedBy: simulated ? `${address.url} reports that its models are simulated` : null,
  }
}

/** The models that an endpoint lists. Throws as `discover` does. */
export async function listModels(address: Address, apiKey: string | null): Promise<ModelCard[]> {
  try {
    const page = await makeClient(address, apiKey).models.list()
    return page.data as unknown as ModelCard[]
  } catch (error) {
    throw await endpointError(address, apiKey, error)
  }
}

function pickModel(address: Address, models: readonly ModelCard[], required: RequiredModel): ModelCard {
  const { claimed } = required
  if (claimed !== undefined) {
    const model = models.find(({ id }) => id === claimed)
    if (model) return model
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: --served-as ${claimed}: not served; it serves: ${servedNames(models)}`,
    )
  }
  const names = [...required.servedAs, ...(required.servedAsWithQuantization ?? []).map(({ name }) => name)]
  const found = names.map((name) => models.find((model) => model.id === name || model.root === name)).find(Boolean)
  if (found) return found
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${address.url}: does not serve ${required.key} (any of ${names.join(', ')}); it serves: ${servedNames(models)}${otherName(models, names)}`,
  )
}

/** Served names that fit into one line; a server with adapters may list thousands. */
const MOST_NAMES = 10
function servedNames(models: readonly ModelCard[]): string {
  const names = models.slice(0, MOST_NAMES).map(({ id }) => id)
  const more = models.length > MOST_NAMES ? [`and ${models.length - MOST_NAMES} more`] : []
  return [...names, ...more].join(', ') || 'nothing'
}

/** What to do where one of the served models is the required one under another name, such as that of a local folder. */
function otherName([served]: readonly ModelCard[], [name]: readonly string[]): string {
  if (served === undefined || name === undefined) return ''
  return `; if that is this model under another name, add --served-as ${shellWord(served.id)}, or restart vLLM with --served-model-name ${name} (gate endpoint-model then warns)`
}

/** When the server started: runs of one start are told from those of another by it. */
const startedAt = (metrics: Metrics): Pick<Endpoint, 'startedAtS'> =>
  'reason' in metrics || metrics.startedAtS === null ? {} : { startedAtS: metrics.startedAtS }

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
    const response = await directFetch(`${address.url}/version`, { signal: AbortSignal.timeout(5000) })
    if (!response.ok) return null
    const body = (await response.json()) as { version?: unknown }
    return typeof body.version === 'string' ? body.version : null
  } catch {
    return null
  }
}
