import type { Fit } from '../../physics/memory.ts'
import { shellWord } from '../../plain-text.ts'
import type { ContainerEngine } from './engine/engine.ts'

export interface ServeOptions {
  readonly port: number
  /** UUIDs or indices of the GPUs to give to the container; all of them when empty. */
  readonly gpus: readonly string[]
  /** Tag of vllm/vllm-openai. */
  readonly tag: string
  /** Another image that speaks vLLM's command line, by its whole name; then the tag is not read. */
  readonly image?: string | undefined
  /** The program that runs containers; docker unless given. */
  readonly engine?: ContainerEngine | undefined
  /** Further words for the engine, before the image, as `engineWords` checked them. */
  readonly dockerArgs?: readonly string[] | undefined
  /** Further words for vLLM, after those of the plan, as `serverWords` checked them. */
  readonly vllmArgs?: readonly string[] | undefined
  /** Nothing is downloaded: neither image nor weights. */
  readonly offline?: boolean | undefined
  /** Pinned images that are here under their tag only (image/identity.ts). */
  readonly loadedByTag?: readonly string[]
  /** Folder with downloaded weights on the host. */
  readonly cacheDir: string
  /** Names of variables for downloads that the container gets (container-env.ts). */
  readonly downloadEnv?: readonly string[]
}

/** What every launch is: one container, bound to GPUs. */
interface Launch {
  readonly engine: ContainerEngine
  readonly containerName: string
  readonly port: number
  /** Key of the model in the catalogue, or its name where it has no description. */
  readonly model: string
  /** Repository of the weights, as Hugging Face names it; null where they are read from a folder or made by the command. */
  readonly repository: string | null
  /** Bytes of the weights on disk; null where they are not known. */
  readonly weightsBytes: number | null
  readonly image: string
  /** Arguments of the engine, one per word: never a shell line. */
  readonly argv: readonly string[]
  /** Arguments of the engine that run a program of the image without GPUs, with the cache of Hugging Face: to download weights. */
  readonly fetchArgv: readonly string[]
  /** Folder on this machine that the container has as its cache of Hugging Face. */
  readonly cacheDir: string
  /** Words for the engine that a person handed through, which are recorded; values of variables are not in them. */
  readonly engineArgs: readonly string[]
  /** The image and the flags of what runs in it, without folders of this machine: safe to record. */
  readonly serverCommand: readonly string[]
  /** Differences from the scenario, each with its reason. */
  readonly corrections: readonly string[]
  /** Why the model cannot be served, and which model or card count would fit; null when it should fit. */
  readonly refusal: string | null
}

/** How a scenario's model is served on a card: the `docker` arguments, and the corrections with their reasons. */
export interface ServePlan extends Launch {
  readonly kind: 'server'
  /** vllm: tokens; pooling: vLLM for embeddings and reranking; image: a server of /v1/images/generations. */
  readonly runtime: 'vllm' | 'pooling' | 'image'
  /** Path that answers 200 as soon as the server takes requests. */
  readonly readyPath: string
  /** Arguments of the engine that run a program of the image, given on stdin to its Python, on the same GPUs. */
  readonly pythonArgv: readonly string[]
  /** The memory estimate of a language model whose layers are known; null for any other. */
  readonly fit: Fit | null
}

/** The container of a training command: nothing is started before its run, which starts the command for each trial. */
export interface CommandPlan extends Launch {
  readonly kind: 'command'
  /**
   * Words put before the command, so that it runs in the container: the program and its arguments, which are `argv`. Empty for
   * a command of the scenario's own, which runs on this machine.
   */
  readonly words: readonly string[]
  /** Arguments of the engine that install what the command requires beside its image, without GPUs. */
  readonly prepareArgv: readonly string[]
}

/**
 * The arguments as a line to paste into a POSIX shell, one option per line. Never executed by the harness.
 */
export function shellLine(argv: readonly string[], engine: ContainerEngine = 'docker', image = ''): string {
  const words = [engine, ...argv].map(shellWord)
  let line = ''
  for (const [index, word] of words.entries()) {
    // the image name starts the part that the server reads
    const breaks = index > 2 && (word.startsWith('-') || word.startsWith('vllm/') || word === image)
    line += index === 0 ? word : breaks ? ` \\\n  ${word}` : ` ${word}`
  }
  return line
}
