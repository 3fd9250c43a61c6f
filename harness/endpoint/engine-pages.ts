import { type EngineFacts, noFacts } from '../engines/engine.ts'
import { engineByOwner, recognise } from '../engines/recognise.ts'
import { type EngineId, engineEntries } from '../engines/table.ts'
import { jsonOf } from '../json-text.ts'
import type { Address } from './address.ts'
import type { MetricsPage } from './metrics/server-metrics.ts'
import { getPage } from './page.ts'

/** What is known of a server before its own pages are read. */
export interface EngineQuery {
  readonly address: Address
  readonly apiKey: string | null
  readonly metrics: MetricsPage | { readonly reason: string }
  readonly ownedBy: string | null
}

/** The engine of a server, what shows it, and what its own pages say. */
export interface FoundEngine {
  readonly engine: EngineId | null
  readonly evidence: string | null
  readonly facts: EngineFacts
}

/** SGLang's list of settings is about 20 KB; a chat template in llama.cpp's /props may be longer. */
const MAX_PAGE_BYTES = 2 ** 20
const TIMEOUT_MS = 5000

/**
 * Finds the engine by its metrics, the owner of its models and its own pages. Only the pages of the engine that is already
 * known are asked for, those of all engines where none is. Never throws.
 */
export async function findEngine({ address, apiKey, metrics, ownedBy }: EngineQuery): Promise<FoundEngine> {
  const byMetrics = 'reason' in metrics ? null : metrics.engine
  const known = byMetrics ?? engineByOwner(ownedBy)
  const candidates = engineEntries.flatMap(([engine, { pages }]) =>
    known === null || known === engine ? pages.map((page) => ({ engine, ...page })) : [],
  )
  for (const { engine, path, read } of candidates) {
    const got = await getPage(address, path, { apiKey, timeoutMs: TIMEOUT_MS, maxBytes: MAX_PAGE_BYTES })
    const facts = 'reason' in got ? null : read(jsonOf(got.page))
    if (facts === null) continue
    return { ...recognise({ metrics: byMetrics, ownedBy, page: { engine, path } }), facts: { ...noFacts, ...facts } }
  }
  return { ...recognise({ metrics: byMetrics, ownedBy, page: null }), facts: noFacts }
}
