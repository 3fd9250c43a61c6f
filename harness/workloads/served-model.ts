import { describeModel } from '../catalogue/checkpoint/describe-model.ts'
import type { DescribedModel, PartlyKnownModel } from '../catalogue/types.ts'
import { messageOf } from '../errors.ts'
import type { Endpoint } from '../record/schema/run.ts'

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

/**
 * The model that a server serves under a name that no catalogue has: read from where the server says its weights are (a
 * folder or a repository), on this machine or from the hub. What cannot be read is null, with the reason.
 */
export async function describeServed(name: string, endpoint: Endpoint): Promise<DescribedModel> {
  const root = endpoint.modelRoot ?? endpoint.model ?? name
  const today = new Date().toISOString().slice(0, 10)
  try {
    const described = await describeModel(root, { env: process.env, network: true, today, key: name })
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
