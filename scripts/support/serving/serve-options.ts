import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { containerEnv } from '../../../harness/endpoint/serve/container-env.ts'
import { engineWords, serverWords } from '../../../harness/endpoint/serve/engine/pass-through.ts'
import { imageReference } from '../../../harness/endpoint/serve/image/reference.ts'
import { DEFAULT_VLLM_TAG } from '../../../harness/endpoint/serve/image/vllm-images.ts'
import type { ServeOptions } from '../../../harness/endpoint/serve/plan.ts'
import type { CommandIo } from '../io.ts'
import type { ContainerFlags } from './container-flags.ts'

/**
 * A command's environment with what its flags put there: variables of `--docker-arg`, which a container gets by name, and
 * what keeps every reader of Hugging Face from the network. Throws `bad-input` for words that cannot be handed through.
 */
export function withHandedEnv<Io extends Pick<CommandIo, 'env'>>(flags: ContainerFlags, io: Io): Io {
  const { env } = engineWords(flags.dockerArg ?? [])
  return { ...io, env: { ...io.env, ...env, ...(flags.offline === true ? { HF_HUB_OFFLINE: '1' } : {}) } }
}

/** Plan options from flags. Throws `bad-input` for words that cannot be handed through, and for what names no image. */
export function serveOptions(flags: ContainerFlags, { env }: Pick<CommandIo, 'env'>): ServeOptions {
  return {
    port: flags.port,
    gpus: flags.gpus ?? [],
    engine: flags.engine ?? 'docker',
    tag: flags.tag ?? DEFAULT_VLLM_TAG,
    ...(flags.image === undefined ? {} : { image: imageReference(flags.image) }),
    dockerArgs: engineWords(flags.dockerArg ?? []).words,
    vllmArgs: serverWords(flags.vllmArg ?? []),
    offline: flags.offline ?? false,
    downloadEnv: containerEnv(env).names,
    // the engine takes a relative path for the name of a volume
    cacheDir: resolve(flags.cache ?? env['HF_HOME'] ?? join(homedir(), '.cache', 'huggingface')),
  }
}

/**
 * Makes the folder of the weights before the first container mounts it: Podman mounts none that is not there, and Docker makes one
 * that belongs to root. Where it cannot be made the engine says why.
 */
export async function makeCacheFolder({ cacheDir }: Pick<ServeOptions, 'cacheDir'>): Promise<void> {
  await mkdir(cacheDir, { recursive: true }).catch(() => undefined)
}
