import type { BoxPlan, PlannedLane, PlannedServer } from '../plan/box-plan.ts'
import { type Block, blocksOf } from './blocks.ts'
import type { PreflightFacts } from './facts.ts'
import { serversOf } from './needs.ts'

/** A plan without what cannot work. */
export interface Narrowed {
  readonly plan: BoxPlan
  /** Why nothing can be measured, with what to do; null where something can. */
  readonly ends: string | null
}

/**
 * Leaves out the servers that cannot start, with the runs that only they would have served, each with its reason. Where
 * nothing is left, `ends` names the causes that hit every server or, where only several together do, all of them.
 */
export const narrowed = (plan: BoxPlan, facts: PreflightFacts): Narrowed => withoutBlocked(plan, blocksOf(facts))

/** A plan without the servers that something keeps from starting, as `narrowed` leaves them out. */
export function withoutBlocked(plan: BoxPlan, blocks: readonly Block[]): Narrowed {
  const servers = serversOf(plan)
  const lost = new Map<string, Block>()
  for (const server of servers) {
    const block = blocks.find(({ hits }) => hits(server))
    if (block !== undefined) lost.set(server.id, block)
  }
  const narrow = withoutServers(plan, lost)
  if (lost.size < servers.length) return { plan: narrow, ends: null }
  return { plan: narrow, ends: endOf(servers, blocks, lost, plan) }
}

function endOf(
  servers: readonly PlannedServer[],
  blocks: readonly Block[],
  lost: ReadonlyMap<string, Block>,
  plan: BoxPlan,
): string {
  if (servers.length === 0) {
    const [first] = plan.leftOut
    return first === undefined
      ? 'the plan is empty'
      : `nothing of the plan can run here: ${first.name}: ${first.reason}`
  }
  const ofAll = blocks.filter(({ hits }) => servers.every(hits))
  return [...new Set((ofAll.length > 0 ? ofAll : [...lost.values()]).map(textOf))].join('; ')
}

const textOf = ({ reason, fix }: Block): string => (fix === '' ? reason : `${reason}; to fix it: ${fix}`)

function withoutServers(plan: BoxPlan, lost: ReadonlyMap<string, Block>): BoxPlan {
  if (lost.size === 0) return plan
  const stages = plan.stages
    .map((stage) => ({
      ...stage,
      servers: stage.servers.filter(({ id }) => !lost.has(id)),
      parts: stage.parts
        .map((part) => ({ ...part, lanes: part.lanes.filter(({ server }) => !lost.has(server)) }))
        .filter(({ lanes }) => lanes.length > 0),
    }))
    .filter(({ servers }) => servers.length > 0)
  const soak =
    plan.soak === undefined
      ? {}
      : { soak: { ...plan.soak, lanes: plan.soak.lanes.filter(({ server }) => !lost.has(server.id)) } }
  const kept = new Set(lanesOf({ stages, ...soak }).flatMap(({ runs }) => runs.map(({ name }) => name)))
  const leftOut = new Map(
    lanesOf(plan).flatMap(({ server, runs }) => {
      const block = lost.get(server)
      return block === undefined
        ? []
        : runs.filter(({ name }) => !kept.has(name)).map(({ name }) => [name, block.reason] as const)
    }),
  )
  const left = serversOf({ stages, ...soak })
  const repositories = new Set(left.map(({ launch }) => launch.repository))
  const gone = new Set(
    serversOf(plan).flatMap(({ launch }) => (repositories.has(launch.repository) ? [] : [launch.repository])),
  )
  const images = new Set(left.map(({ launch }) => launch.image))
  const goneImages = new Set(
    serversOf(plan)
      .map(({ launch }) => launch.image)
      .filter((image) => !images.has(image)),
  )
  return {
    ...plan,
    stages,
    ...soak,
    leftOut: [
      ...plan.leftOut,
      ...lostCards(plan, left, lost),
      ...[...leftOut].map(([name, reason]) => ({ name, reason })),
    ],
    downloads: plan.downloads.filter(({ repository, what }) =>
      repository === null ? !goneImages.has(what) : !gone.has(repository),
    ),
  }
}

/** The lanes of a plan, with those of its soak. */
const lanesOf = ({ stages, soak }: Pick<BoxPlan, 'stages' | 'soak'>): readonly PlannedLane[] => [
  ...stages.flatMap(({ parts }) => parts.flatMap(({ lanes }) => lanes)),
  ...(soak?.lanes ?? []).map(({ server, run }) => ({ server: server.id, runs: [run] })),
]

/** The cards that no server is left for although others are measured, each with the reason of its first server. */
function lostCards(
  plan: BoxPlan,
  left: readonly PlannedServer[],
  lost: ReadonlyMap<string, Block>,
): BoxPlan['leftOut'] {
  if (left.length === 0) return []
  const isOn =
    ({ uuid }: BoxPlan['cards'][number]) =>
    (server: PlannedServer) =>
      server.cards.some((card) => card.uuid === uuid)
  return plan.cards.flatMap((card) => {
    const block = lost.get(serversOf(plan).find(isOn(card))?.id ?? '')
    return block === undefined || left.some(isOn(card)) ? [] : [{ name: `GPU ${card.index}`, reason: block.reason }]
  })
}
