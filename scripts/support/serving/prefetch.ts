import type { BoxPlan } from '../../../harness/box/plan/box-plan.ts'
import { prefetchItems } from '../../../harness/box/prefetch/items.ts'
import { prefetch } from '../../../harness/box/prefetch/prefetch.ts'
import { type Narrowed, withoutBlocked } from '../../../harness/box/preflight/narrow.ts'
import { systemClock } from '../../../harness/clock.ts'
import { dockerEnv } from '../../../harness/endpoint/serve/container-env.ts'
import type { CommandIo } from '../io.ts'
import type { ContainerFlags } from './container-flags.ts'
import { prefetchView } from './prefetch-view.ts'

/**
 * Downloads the images and weights of a plan, and shows how far that is. Returns the plan without what could not be
 * downloaded, each with its reason; `ends` where nothing is left.
 */
export async function prefetched(
  plan: BoxPlan,
  { offline = false, timeoutMinutes }: ContainerFlags & { readonly timeoutMinutes: number },
  io: CommandIo,
  signal: AbortSignal,
): Promise<Narrowed> {
  const blocks = await prefetch(prefetchItems(plan), {
    env: dockerEnv(io.env),
    clock: systemClock,
    timeoutMs: timeoutMinutes * 60_000,
    signal,
    offline,
    ...prefetchView(io.stderr, () => systemClock.nowMs()),
  })
  return blocks.length === 0 ? { plan, ends: null } : withoutBlocked(plan, blocks)
}
