import type { Source, Sourced } from '../../../catalogue/sourced.ts'

/** A published image of vLLM. A tag can be moved to another image; a digest names one image for ever. */
export interface PublishedImage {
  readonly tag: string
  /** Of the list of its platforms (amd64 and arm64), as the registry names it. */
  readonly digest: string
  /** What amd64 downloads, compressed, with a source of its own; null where nothing is known of it. */
  readonly downloadBytes: Sourced | null
  /** Of the digest. */
  readonly source: Source
}

/** The repository of these images on Docker Hub. */
export const VLLM_REPOSITORY = 'vllm/vllm-openai'

/** The images whose digest is known, newest first. */
export const vllmImages: readonly PublishedImage[] = [
  {
    tag: 'v0.31.0',
    digest: 'sha256:c1c9f6fd5c109ba7f0546a59f5b2f15fb87f64c77782e90a27b648b42a8e67c3',
    downloadBytes: {
      value: 9_000_000_000,
      source: 'the order of size of the images of vLLM of 2026; the layers of this digest were not added up',
      date: '2026-11-26',
      kind: 'assumed',
    },
    source: {
      source:
        'Docker Hub, list of platforms (amd64 a4a4c043…, arm64 3f7dd5b7…; CUDA 13.0.2), as fetched and checked by public repositories, NVIDIA Dynamo among them, from 5 to 10 October 2026',
      date: '2026-10-10',
      kind: 'measured',
    },
  },
  {
    tag: 'v0.30.0',
    digest: 'sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90',
    downloadBytes: null,
    source: {
      source:
        'Docker Hub, list of platforms (amd64 5f5e5352…, arm64 4864d466…), as pulled and pinned by public repositories',
      date: '2026-09-25',
      kind: 'measured',
    },
  },
  {
    tag: 'v0.29.0',
    digest: 'sha256:c2914767605584b6d8f45686b82de173ecc99e781897aa3d0a66dacd72c51ae1',
    downloadBytes: null,
    source: {
      source: 'Docker Hub, as pulled (RepoDigests) and pinned by public repositories',
      date: '2026-09-19',
      kind: 'measured',
    },
  },
]

/** The image that is used unless another one is asked for: one per release of joulemark, so that two boxes run the same. */
export const DEFAULT_VLLM_TAG = 'v0.31.0'

/** The known digest of a tag; null for one that is not listed, as `latest`, whose image changes. */
export const knownDigest = (tag: string): string | null => vllmImages.find((image) => image.tag === tag)?.digest ?? null
