import { offlineVariable } from '../../../catalogue/checkpoint/hub.ts'

/** Why nothing may be downloaded: an image by the flag only, weights by what forbids the hub as well. Null where it may. */
export interface Offline {
  readonly images: string | null
  readonly weights: string | null
}

/** By the flag `--offline`, and by the variables of huggingface_hub. */
export function offlineBy(flag: boolean, env: NodeJS.ProcessEnv): Offline {
  const variable = offlineVariable(env)
  const images = flag ? '--offline' : null
  return { images, weights: images ?? (variable === null ? null : `${variable} is set`) }
}

/** What a plan says of downloads that it may not make; none where it may. */
export function offlineNotes({ images, weights }: Offline): string[] {
  if (images !== null) return [`${images}: neither images nor weights are downloaded; what is not here is skipped`]
  return weights === null ? [] : [`${weights}: no weights are downloaded; what is not in the cache is skipped`]
}
