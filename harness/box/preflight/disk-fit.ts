import type { PreflightFacts, WeightsFacts } from './facts.ts'

/** What is kept free beside downloads: records, compiled kernels, logs. */
export const RESERVE_BYTES = 5e9
/** A serving image of vLLM on disk, unpacked, where nobody says its size: 20 GiB. */
export const IMAGE_BYTES = 20 * 2 ** 30

/** What is to be written to a file system, and what of it fits. */
export interface DiskFit {
  /** Bytes to download: images, and weights that are not in the cache. */
  readonly imageBytes: number
  readonly weightsBytes: number
  /** Free bytes for weights, images taken off where they are on the same disk. Null where it is not known. */
  readonly roomBytes: number | null
  /** Images that do not fit. */
  readonly lostImages: readonly string[]
  /** Repositories that do not fit, largest first. */
  readonly lostWeights: readonly WeightsFacts[]
}

/** Bytes of a repository that are still to come; half files are continued or replaced, so that they take no further room. */
export const missingBytes = ({ bytes, cachedBytes, partialBytes, isComplete }: WeightsFacts): number =>
  isComplete || bytes === null ? 0 : Math.max(0, bytes - cachedBytes - partialBytes)

/**
 * What of the downloads fits: images first, because nothing runs without them, then weights from the smallest to the largest,
 * so that as many models as possible are measured. A repository whose size nobody says is taken to fit.
 */
export function diskFit({ images, weights, disks }: Pick<PreflightFacts, 'images' | 'weights' | 'disks'>): DiskFit {
  const absent = images.flatMap(({ image, finding }) =>
    finding.state === 'well' && finding.where === 'registry' ? [image] : [],
  )
  const imageRoom = disks.images.state === 'well' ? disks.images.freeBytes - RESERVE_BYTES : null
  const fitting = imageRoom === null ? absent.length : Math.max(0, Math.floor(imageRoom / IMAGE_BYTES))
  const lostImages = absent.slice(fitting)
  const imageBytes = (absent.length - lostImages.length) * IMAGE_BYTES
  const isShared =
    disks.images.state === 'well' && disks.weights.state === 'well' && disks.images.device === disks.weights.device
  const roomBytes =
    disks.weights.state === 'well' ? disks.weights.freeBytes - RESERVE_BYTES - (isShared ? imageBytes : 0) : null
  const byNeed = weights.toSorted((a, b) => missingBytes(a) - missingBytes(b))
  const lostWeights: WeightsFacts[] = []
  let taken = 0
  for (const each of byNeed) {
    const bytes = missingBytes(each)
    if (roomBytes !== null && bytes > 0 && taken + bytes > roomBytes) lostWeights.unshift(each)
    else taken += bytes
  }
  return {
    imageBytes: absent.length * IMAGE_BYTES,
    weightsBytes: weights.reduce((sum, each) => sum + missingBytes(each), 0),
    roomBytes,
    lostImages,
    lostWeights,
  }
}

/** Bytes as GB, as disks are sold and model pages count. */
export const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 10e9 ? 1 : 0)} GB`
