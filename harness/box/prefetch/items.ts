import type { LaunchPlan } from '../../endpoint/serve/launch-plan.ts'
import type { BoxPlan } from '../plan/box-plan.ts'

/** An image or the weights of a repository, which is downloaded before anything is measured. */
export interface PrefetchItem {
  readonly kind: 'image' | 'weights'
  /** Name of the image, or of the repository. */
  readonly name: string
  /** Something of the plan that requires it. */
  readonly launch: LaunchPlan
  readonly bytes: number | null
}

/** What a plan downloads, each once: the images first, because one of them downloads the weights. */
export function prefetchItems({ stages, downloads }: BoxPlan): PrefetchItem[] {
  // a command of the scenario's own runs on this machine, without an image
  const launches = stages
    .flatMap(({ servers }) => servers.map(({ launch }) => launch))
    .filter(({ argv }) => argv.length > 0)
  const bytesOf = (isIt: (download: BoxPlan['downloads'][number]) => boolean) => downloads.find(isIt)?.bytes ?? null
  const images = new Map(launches.map((launch) => [launch.image, launch]))
  const weights = new Map(
    launches.flatMap((launch) => (launch.repository === null ? [] : [[launch.repository, launch] as const])),
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
  ]
}
