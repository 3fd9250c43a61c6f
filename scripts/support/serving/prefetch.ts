import type { BoxPlan, PlannedServer } from '../../../harness/box/plan/box-plan.ts'
import { prefetchItems } from '../../../harness/box/prefetch/items.ts'
import { prefetch } from '../../../harness/box/prefetch/prefetch.ts'
import { type Narrowed, withoutBlocked } from '../../../harness/box/preflight/narrow.ts'
import { systemClock } from '../../../harness/clock.ts'
import { dockerEnv } from '../../../harness/endpoint/serve/container-env.ts'
import { downloaded } from '../../../harness/endpoint/serve/container-words.ts'
import { offlineBy } from '../../../harness/endpoint/serve/engine/offline.ts'
import { openLive } from '../../live/live.ts'
import type { CommandIo } from '../io.ts'
import type { ContainerFlags } from './container-flags.ts'
import { prefetchView } from './prefetch-view.ts'

/**
 * Downloads the images and weights of a plan, and shows how far that is. Returns the plan without what could not be
 * downloaded, each with its reason, and whose servers download nothing again; `ends` where nothing is left.
 */
export async function prefetched(
  plan: BoxPlan,
  { offline = false, timeoutMinutes }: ContainerFlags & { readonly timeoutMinutes: number },
  io: CommandIo,
  signal: AbortSignal,
): Promise<Narrowed> {
  const { over, ...view } = prefetchView(openLive(io.stderr))
  const repositories = new Set<string>()
  const blocks = await prefetch(prefetchItems(plan), {
    env: dockerEnv(io.env),
    clock: systemClock,
    timeoutMs: timeoutMinutes * 60_000,
    signal,
    offline: offlineBy(offline, io.env),
    ...view,
    onEnd: (place, end, words) => {
      if (place.item.kind === 'weights' && (end === 'here' || end === 'fetched')) repositories.add(place.item.name)
      view.onEnd(place, end, words)
    },
  }).finally(over)
  const narrowed = blocks.length === 0 ? { plan, ends: null } : withoutBlocked(plan, blocks)
  return { ...narrowed, plan: withWeights(narrowed.plan, repositories) }
}

/** A plan whose servers know which weights are here. */
function withWeights(plan: BoxPlan, repositories: ReadonlySet<string>): BoxPlan {
  const known = (server: PlannedServer): PlannedServer =>
    repositories.has(server.launch.repository ?? '') ? { ...server, launch: downloaded(server.launch) } : server
  const { soak } = plan
  return {
    ...plan,
    stages: plan.stages.map((stage) => ({ ...stage, servers: stage.servers.map(known) })),
    ...(soak === undefined
      ? {}
      : { soak: { ...soak, lanes: soak.lanes.map((lane) => ({ ...lane, server: known(lane.server) })) } }),
  }
}
