import { describeModel } from '../catalogue/checkpoint/describe-model.ts'
import { isBundled } from '../catalogue/own-models.ts'
import type { DescribedModel, PartlyKnownModel } from '../catalogue/types.ts'
import { parseAddress } from '../endpoint/address.ts'
import { filesOfContainer } from '../endpoint/container/own-container.ts'
import { messageOf } from '../errors.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'

/** What is known of a model before its server is asked: its name. */
export const namedOnly = (name: string): PartlyKnownModel => ({
  key: name,
  label: name,
  kind: 'partly-known',
  servedAs: [name],
  checkpointBytes: null,
  leastBytesRead: null,
  vocab: null,
  maxContext: null,
  unknown: [],
  sources: [],
})

/** A model as far as it is known, and what of it a record must carry. */
export interface ModelOfRun {
  readonly model: DescribedModel
  /** The description for the record, where the catalogue of this version does not have the model. */
  readonly own: { readonly model?: DescribedModel }
}

/** The model of a run on a server: the known one, else what the server leads to. What is not known of it is noted. */
export async function modelOfRun(
  name: string,
  known: DescribedModel | null,
  endpoint: Endpoint,
  note: (message: string) => void,
): Promise<ModelOfRun> {
  const model = known ?? (await describeServed(name, endpoint))
  for (const { what, reason } of model.unknown ?? []) note(`${name}: ${what} unknown: ${reason}`)
  return { model, own: ownOf(model) }
}

/** What a record carries of a model: nothing of one that the catalogue has. */
export const ownOf = (model: DescribedModel): { readonly model?: DescribedModel } =>
  isBundled(model.key) ? {} : { model }

/**
 * The model that a server serves under a name that no catalogue has: read from where the server says its weights are (a
 * folder or a repository), in its container, on this machine or from the hub. What cannot be read is null, with the reason.
 */
async function describeServed(name: string, endpoint: Endpoint): Promise<DescribedModel> {
  const root = endpoint.modelRoot ?? endpoint.model ?? name
  const today = new Date().toISOString().slice(0, 10)
  const options = { env: process.env, network: true, today, key: name }
  const files = await filesOfContainer(parseAddress(endpoint.url), process.env)
  const inside =
    files === null ? null : await describeModel(root, { ...options, network: false, files }).catch(() => null)
  try {
    const described = inside ?? (await describeModel(root, options))
    return { ...described, servedAs: [...new Set([name, ...described.servedAs])] }
  } catch (error) {
    const reason = messageOf(error)
    const source = { source: `${endpoint.url}: /v1/models`, date: today, kind: 'measured' } as const
    return {
      ...namedOnly(name),
      maxContext: endpoint.maxModelLen,
      unknown: [{ what: 'size, layers, KV cache and arithmetic', reason }],
      sources: [source],
    }
  }
}
