import type { LaunchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { BoxPlan } from '../plan/box-plan.ts'
import { serversOf } from '../preflight/needs.ts'

/** An image, the weights of a repository, or the packages of trainings, which are downloaded before anything is measured. */
export interface PrefetchItem {
  readonly kind: 'image' | 'weights' | 'packages'
  /** Name of the image, or of the repository; of packages the image that they are for. */
  readonly name: string
  /** Something of the plan that requires it. */
  readonly launch: LaunchPlan
  readonly bytes: number | null
}

/** Wheels of scripts/train-requirements.txt for one processor. */
const PACKAGE_BYTES = 44.4e6

/** What a plan downloads, each once: the images first, because one of them downloads the weights. */
export function prefetchItems(plan: BoxPlan): PrefetchItem[] {
  const { downloads } = plan
  // a command of the scenario's own runs on this machine, without an image
  const launches = serversOf(plan)
    .map(({ launch }) => launch)
    .filter(({ argv }) => argv.length > 0)
  const bytesOf = (isIt: (download: BoxPlan['downloads'][number]) => boolean) => downloads.find(isIt)?.bytes ?? null
  const images = new Map(launches.map((launch) => [launch.image, launch]))
  const weights = new Map(
    launches.flatMap((launch) => (launch.repository === null ? [] : [[launch.repository, launch] as const])),
  )
  const trainings = new Map(
    launches.flatMap((launch) => (launch.kind === 'command' ? [[launch.image, launch] as const] : [])),
  )
  return [
    ...[...images].map(([name, launch]) => ({
      kind: 'image' as const,
      name,
      launch,
      bytes: bytesOf(({ what, repository }) => repository === null && what === name),
    })),
    ...[...weights].map(([name, launch]) => ({
      kind: 'weights' as const,
      name,
      launch,
      bytes: bytesOf(({ repository }) => repository === name),
    })),
    ...[...trainings].map(([name, launch]) => ({ kind: 'packages' as const, name, launch, bytes: PACKAGE_BYTES })),
  ]
}
