import { type EngineId, engineEntries, engineTable } from './table.ts'

/** What a server shows of its engine. */
export interface EngineSigns {
  /** The engine whose prefix the metrics have. */
  readonly metrics: EngineId | null
  /** `owned_by` of the served model in /v1/models. */
  readonly ownedBy: string | null
  /** The engine one of whose own pages the server has, with its path. */
  readonly page: { readonly engine: EngineId; readonly path: string } | null
}

/** The engine of a server, and what shows it. */
export interface Recognised {
  readonly engine: EngineId | null
  /** What shows it, in words; null where nothing does. */
  readonly evidence: string | null
}

/** The engine that writes this name as the owner of its models. */
export const engineByOwner = (ownedBy: string | null): EngineId | null =>
  engineEntries.find(([, engine]) => ownedBy !== null && engine.ownedBy.includes(ownedBy))?.[0] ?? null

/**
 * The engine of a server: by its metrics, because its counters are read under their names; else by the owner of its models;
 * else by a page that only it has. Signs of another engine are named: a proxy, or a server that imitates another.
 */
export function recognise({ metrics, ownedBy, page }: EngineSigns): Recognised {
  const signs = [
    ...(metrics === null ? [] : [{ id: metrics, words: `metrics named ${engineTable[metrics].metricPrefix}` }]),
    ...[engineByOwner(ownedBy) ?? []].flat().map((id) => ({ id, words: `models owned by ${ownedBy}` })),
    ...(page === null ? [] : [{ id: page.engine, words: `its page ${page.path}` }]),
  ]
  const [first] = signs
  if (first === undefined) return { engine: null, evidence: null }
  const agreeing = signs.filter(({ id }) => id === first.id).map(({ words }) => words)
  const others = signs.filter(({ id }) => id !== first.id)
  const doubt = others.map(({ id, words }) => `${words}, which is a sign of ${engineTable[id].name}`)
  return { engine: first.id, evidence: [agreeing.join(', '), ...doubt].join('; but ') }
}
