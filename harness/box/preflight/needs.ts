import type { BoxPlan, PlannedServer } from '../plan/box-plan.ts'

/** What a plan takes from outside and from this machine. */
export interface PlanNeeds {
  readonly servers: readonly PlannedServer[]
  readonly images: readonly string[]
  /** Weights, each repository once; `bytes` null where the plan does not know them. */
  readonly weights: readonly { readonly repository: string; readonly bytes: number | null }[]
  readonly ports: readonly number[]
}

/** The servers of a plan, with those of its soak, each once: one that is started three times is one. */
export const serversOf = ({ stages, soak }: Pick<BoxPlan, 'stages' | 'soak'>): PlannedServer[] => [
  ...new Map(
    [...stages.flatMap(({ servers }) => servers), ...(soak?.lanes ?? []).map(({ server }) => server)].map((server) => [
      server.id,
      server,
    ]),
  ).values(),
]

/** Images, repositories and ports of a plan. */
export function needsOf(plan: BoxPlan): PlanNeeds {
  const servers = serversOf(plan)
  const weights = new Map<string, number | null>()
  for (const { launch } of servers) {
    if (launch.repository === null) continue
    weights.set(launch.repository, launch.weightsBytes ?? weights.get(launch.repository) ?? null)
  }
  for (const { repository, bytes } of plan.downloads) {
    // what only a command downloads, such as the base of an adapter, is in the downloads alone
    if (repository !== null) weights.set(repository, bytes ?? weights.get(repository) ?? null)
  }
  return {
    servers,
    images: [...new Set(servers.map(({ launch }) => launch.image))],
    weights: [...weights].map(([repository, bytes]) => ({ repository, bytes })),
    ports: [...new Set(servers.map(({ launch }) => launch.port))],
  }
}
