import { bundledServedAs } from '../catalogue/models.ts'
import { type EngineId, engineOf } from '../engines/table.ts'
import { JoulemarkError } from '../errors.ts'
import { shellWord } from '../plain-text.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { keyMask } from '../secret-mask.ts'
import { endpointError } from './access/endpoint-error.ts'
import type { Address } from './address.ts'
import { makeClient } from './client.ts'
import { findEngine } from './engine-pages.ts'
import { fetchMetrics } from './metrics/scraper.ts'
import { type MetricsPage, readMetricsPage, whyNoCounters } from './metrics/server-metrics.ts'
import { type ModelCard, metricLabels, readModelList, type ServedModels, shownModels } from './model-list.ts'
import { fetchServerInfo, servingOf } from './serving.ts'
import { readVersion } from './version.ts'

/** The model that a scenario requires: names of its checkpoint, and names valid only with a `--quantization`. */
export interface RequiredModel {
  readonly key: string
  readonly servedAs: readonly string[]
  readonly servedAsWithQuantization?: readonly { readonly name: string; readonly quantization: string }[] | undefined
  /** Served name that the user gives for the model (`--served-as`), whatever the catalogue says. */
  readonly claimed?: string | undefined
  /** LoRA adapter that the requests ask for. */
  readonly adapter?: string | undefined
}

export interface Discovery {
  readonly endpoint: Endpoint
  readonly engine: EngineId | null
  /** How the server reported that it is the simulator, or null when it did not. */
  readonly simulatedBy: string | null
  /** The names under which the metrics of the model may stand at /metrics, best first. */
  readonly metricLabels: readonly string[]
  /** Path of the Prometheus page. */
  readonly metricsPath: string
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
  const list = await listServed(address, apiKey)
  const { models } = list
  const model = pickModel(address, list, required)
  requireAdapter(address, list, required.adapter)
  const labels = metricLabels(model, models)
  const { metrics, path: metricsPath } = await readMetrics(address, apiKey, labels)
  const simulated = models.some((entry) => entry.ownedBy === 'simulated')
  const { engine, evidence, facts } = await findEngine({ address, apiKey, metrics, ownedBy: model.ownedBy })
  const serverInfo = engine === null || engine === 'vllm' ? await fetchServerInfo(address, apiKey) : null
  const version = facts.version ?? (await readVersion(address, apiKey))
  const maxModelLen = model.maxModelLen ?? facts.maxModelLen
  return {
    engine,
    endpoint: {
      url: address.url,
      engine,
      ...(evidence === null ? {} : { engineEvidence: evidence }),
      version,
      systemFingerprint: null,
      model: model.id,
      modelRoot: model.root ?? facts.modelRoot,
      ...(required.adapter === undefined ? {} : { adapter: required.adapter }),
      ...(required.claimed === undefined ? {} : { servedAs: required.claimed }),
      servedModels: models.slice(0, MAX_RECORDED_MODELS).map((entry) => entry.id),
      maxModelLen,
      ...startedAt(metrics),
      serving: servingOf({ metrics, serverInfo, maxModelLen, engine, facts }),
      ...aboutCounters(metrics, engine),
    },
    simulatedBy: simulated ? `${address.url} reports that its models are simulated` : null,
    metricLabels: labels,
    metricsPath,
  }
}

/** The same of the model that an endpoint lists first. Throws as `discover` does. */
export async function discoverFirst(address: Address, apiKey: string | null): Promise<Discovery> {
  const [first] = await listModels(address, apiKey)
  if (!first) throw new JoulemarkError('environment', `endpoint ${address.url}: serves no model`)
  return discover(address, apiKey, { key: first.id, servedAs: [first.id] })
}

/** A discovery whose counters are looked for again: those of some engines appear with the first request. Never throws. */
export async function withCounters(found: Discovery, address: Address, apiKey: string | null): Promise<Discovery> {
  if (found.endpoint.countersReason === undefined) return found
  const { metrics, path } = await readMetrics(address, apiKey, found.metricLabels)
  const { countersReason: _, ...endpoint } = found.endpoint
  const metricNames = 'reason' in metrics ? 'none' : metrics.metricNames
  return {
    ...found,
    metricsPath: path,
    endpoint: {
      ...endpoint,
      ...startedAt(metrics),
      ...(endpoint.serving ? { serving: { ...endpoint.serving, metricNames } } : {}),
      ...aboutCounters(metrics, found.engine),
    },
  }
}

/** The models that an endpoint lists, those without a usable name skipped. Throws as `discover` does. */
export async function listModels(address: Address, apiKey: string | null): Promise<readonly ModelCard[]> {
  return (await listServed(address, apiKey)).models
}

/** The list of an endpoint with the names of all its entries. Throws as `discover` does. */
export async function listServed(address: Address, apiKey: string | null): Promise<ServedModels> {
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
    `endpoint ${address.url}: does not serve ${required.key}; it serves: ${shownModels(list)}${whatToDo(address, models, names)}`,
  )
}

/** Throws `bad-input` where the adapter that the requests are to ask for is not listed. */
function requireAdapter(address: Address, list: ServedModels, adapter: string | undefined): void {
  if (adapter === undefined || list.models.some(({ id }) => id === adapter)) return
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${address.url}: does not serve the adapter ${adapter}; it serves: ${shownModels(list)}; start vLLM with --enable-lora --lora-modules ${shellWord(`${adapter}=PATH`)}`,
  )
}

/**
 * What to do: to measure the model that is served where the catalogue knows it as another one; else it may be the required one
 * under another name, such as that of a local folder.
 */
function whatToDo({ url }: Address, [served]: readonly ModelCard[], [name]: readonly string[]): string {
  if (served === undefined || name === undefined) return ''
  const other = bundledServedAs(served.id, ...(served.root === null ? [] : [served.root]))
  if (other !== null)
    return `; name a scenario of ${other.key}, or measure what is served: joulemark run --endpoint ${shellWord(url)}`
  return `; if that is this model under another name, add --served-as ${shellWord(served.id)}, or restart vLLM with --served-model-name ${name} (gate endpoint-model then warns)`
}

/** When the server started: runs of one start are told from those of another by it. */
const startedAt = (metrics: Metrics): Pick<Endpoint, 'startedAtS'> =>
  'reason' in metrics || metrics.startedAtS === null ? {} : { startedAtS: metrics.startedAtS }

type Metrics = MetricsPage | { readonly reason: string }

async function readMetrics(
  address: Address,
  apiKey: string | null,
  labels: readonly string[],
): Promise<{ readonly metrics: Metrics; readonly path: string }> {
  const { path, ...got } = await fetchMetrics(address, apiKey)
  return { metrics: 'reason' in got ? got : readMetricsPage(got.page, labels), path }
}

/** Why generated tokens are not counted on a page that has other counters; null where they are. */
const whyNoTokens = ({ engine, reading: { values, unusable = [] } }: MetricsPage): string | null =>
  values.generationTokens !== undefined || unusable.includes('generationTokens')
    ? null
    : `no counter of generated tokens is exported at ${engineOf(engine).counters?.path}`

/** Why the counters cannot be read, and which other models have counters, where there is something to say. */
function aboutCounters(metrics: Metrics, engine: EngineId | null): Pick<Endpoint, 'countersReason' | 'otherModels'> {
  const countersReason = 'reason' in metrics ? metrics.reason : (whyNoCounters(metrics, engine) ?? whyNoTokens(metrics))
  const otherModels = 'reason' in metrics ? [] : [...metrics.otherModels]
  return {
    ...(countersReason === null ? {} : { countersReason }),
    ...(otherModels.length === 0 ? {} : { otherModels }),
  }
}
