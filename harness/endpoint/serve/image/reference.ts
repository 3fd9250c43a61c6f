import { JoulemarkError } from '../../../errors.ts'
import { knownDigest, VLLM_REPOSITORY } from './vllm-images.ts'

/**
 * Name of an image: registry, repository, tag, digest. From the grammar of the distribution project
 * (github.com/distribution/reference), with repository names in lower case.
 */
const REFERENCE =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/

/** Returns the name of an image. Throws `bad-input` for what is none: it would be taken for a flag, or for the command. */
export function imageReference(text: string): string {
  if (REFERENCE.test(text)) return text
  throw new JoulemarkError(
    'bad-input',
    `image ${text}: expected REPOSITORY, REPOSITORY:TAG or REPOSITORY@sha256:DIGEST`,
  )
}

/** Image of vLLM by tag, with its digest where that is known, so that a tag that was moved is not taken for it. */
export function vllmReference(tag: string): string {
  const digest = knownDigest(tag)
  return `${VLLM_REPOSITORY}:${tag}${digest === null ? '' : `@${digest}`}`
}

/** The digest in the name of an image; null where it has none. */
export const digestIn = (image: string): string | null => /@(sha256:[a-f0-9]{64})$/.exec(image)?.[1] ?? null

/** An image without its digest: what a box without a network may have it under, loaded from a file. */
export const withoutDigest = (image: string): string => image.replace(/@sha256:[a-f0-9]{64}$/, '')
