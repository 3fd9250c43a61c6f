import { JoulemarkError } from '../errors.ts'
import { shellWord } from '../plain-text.ts'
import type { Endpoint } from '../record/schema/run.ts'
import { keyMask } from '../secret-mask.ts'
import { endpointError } from './access/endpoint-error.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { type ModelCard, metricLabels, readModelList, type ServedModels, shownModels } from './model-list.ts'
import { fetchMetrics } from './scraper.ts'
import { type MetricsPage, readMetricsPage, whyNoCounters } from './server-metrics.ts'
import { fetchServerInfo, servingOf } from './serving.ts'
import { readVersion } from './version.ts'

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
  /** The names under which the metrics of the model may stand at /metrics, best first. */
  readonly metricLabels: readonly string[]
}

/** Names in the record: enough to see what else the server has. */
const MAX_RECORDED_MODELS = 100
/** Time for the whole list, however slowly it comes. */
const LIST_TIMEOUT_MS = 30_000

/**
 * Reads from the endpoint which engine it runs and what it serves. Throws `environment` when it cannot be reached, and
 * `bad-input` when it requires another key or does not serve the model (the message lists the served models).
 */
export async function discover(address: Address, apiKey: string | null, required: RequiredModel): Promise<Discovery> {
  const list = await readModels(address, apiKey)
  const { models } = list
  const model = pickModel(address, list, required)
  const labels = metricLabels(model, models)
  const version = await readVersion(address, apiKey)
  const metrics = await readMetrics(address, apiKey, labels)
  const { maxModelLen } = model
  const simulated = models.some((entry) => entry.ownedBy === 'simulated')
  const engine = engineOf(metrics, model)
  const serverInfo = await fetchServerInfo(address, apiKey)
  return {
    endpoint: {
      url: address.url,
      engine,
      version,
      systemFingerprint: null,
      model: model.id,
      modelRoot: model.root,
      ...(required.claimed === undefined ? {} : { servedAs: required.claimed }),
      servedModels: models.slice(0, MAX_RECORDED_MODELS).map((entry) => entry.id),
      maxModelLen,
      ...startedAt(metrics),
      serving: servingOf({ metrics, serverInfo, maxModelLen }),
      ...aboutCounters(metrics),
    },
    simulatedBy: simulated ? `${address.url} reports that its models are simulated` : null,
    metricLabels: labels,
  }
}

/** The models that an endpoint lists, those without a usable name skipped. Throws as `discover` does. */
export async function listModels(address: Address, apiKey: string | null): Promise<readonly ModelCard[]> {
  return (await readModels(address, apiKey)).models
}

async function readModels(address: Address, apiKey: string | null) {
  let text: string
  try {
    const limits = { signal: AbortSignal.timeout(LIST_TIMEOUT_MS) }
    const response = await makeClient(address, apiKey).models.list(limits).asResponse()
    // a server may repeat the key that it was sent
    text = keyMask(apiKey)(await response.text())
  } catch (error) {
    throw await endpointError(address, apiKey, error)
  }
  const list = readModelList(text)
  if ('problem' in list) throw new JoulemarkError('environment', `endpoint ${address.url}: ${list.problem}`)
  return list
}

function pickModel(address: Address, list: ServedModels, required: RequiredModel): ModelCard {
  const { models } = list
  const { claimed } = required
  if (claimed !== undefined) {
    const model = models.find(({ id }) => id === claimed)
    if (model) return model
    throw new JoulemarkError(
      'bad-input',
      `endpoint ${address.url}: --served-as ${claimed}: not served; it serves: ${shownModels(list)}`,
    )
  }
  const names = [...required.servedAs, ...(required.servedAsWithQuantization ?? []).map(({ name }) => name)]
  const found = names.map((name) => models.find((model) => model.id === name || model.root === name)).find(Boolean)
  if (found) return found
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${address.url}: does not serve ${required.key} (any of ${names.join(', ')}); it serves: ${shownModels(list)}${otherName(models, names)}`,
  )
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

async function readMetrics(address: Address, apiKey: string | null, labels: readonly string[]): Promise<Metrics> {
  const got = await fetchMetrics(address, apiKey)
  return 'reason' in got ? got : readMetricsPage(got.page, labels)
}

/** Why the counters cannot be read, and which other models have counters, where there is something to say. */
function aboutCounters(metrics: Metrics): Pick<Endpoint, 'countersReason' | 'otherModels'> {
  const countersReason = 'reason' in metrics ? metrics.reason : whyNoCounters(metrics)
  const otherModels = 'reason' in metrics ? [] : [...metrics.otherModels]
  return {
    ...(countersReason === null ? {} : { countersReason }),
    ...(otherModels.length === 0 ? {} : { otherModels }),
  }
}

/** The engine, by the names of its metrics or the owner of the model. /version is no evidence: others have it too. */
function engineOf(metrics: Metrics, model: ModelCard): string | null {
  const named = 'reason' in metrics ? null : metrics.engine
  return named ?? (model.ownedBy === 'vllm' ? 'vllm' : null)
}
