import { isLoopback } from '../access/proxies.ts'
import { readSecret } from '../access/secret.ts'

/** Variables that a container may need to download weights: proxies, and the settings of Hugging Face. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'] as const
const others = ['NO_PROXY', 'no_proxy', 'HF_ENDPOINT', 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'] as const

/** What of the environment is passed on to a container. */
export interface ContainerEnv {
  /** Names only: docker takes the values from its own environment, so that no command line holds a password. */
  readonly names: readonly string[]
  /** What is not passed on, and why; one sentence each. */
  readonly notes: readonly string[]
}

/**
 * The variables for downloads that are set. A proxy on a loopback address is not passed on: in the container that address is
 * the container itself.
 */
export function containerEnv(env: NodeJS.ProcessEnv): ContainerEnv {
  const isSet = (name: string) => (env[name] ?? '').trim() !== ''
  const reachable = (name: string) => !isLoopback(hostOf(env[name] ?? ''))
  return {
    names: [...proxies.filter((name) => isSet(name) && reachable(name)), ...others.filter(isSet)],
    notes: proxies
      .filter((name) => isSet(name) && !reachable(name))
      .map(
        (name) =>
          `${name} names a proxy on a loopback address, which a container cannot reach: weights are downloaded without it`,
      ),
  }
}

/** The host of a proxy, which may be given without a scheme; empty where there is none. */
function hostOf(proxy: string): string {
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return ''
  }
}

/**
 * The environment of `docker`, with the token of Hugging Face without the spaces around it. Throws `bad-input` for a token
 * that cannot be sent.
 */
export function dockerEnv({ HF_TOKEN, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const token = readSecret({ HF_TOKEN }, 'HF_TOKEN')
  return token === null ? env : { ...env, HF_TOKEN: token }
}

/**
 * The values that a container gets by the names of their variables, without those for downloads: what a person handed through
 * may be a secret, and a server may log it.
 */
export function handedValues(argv: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const downloads = new Set<string>([...proxies, ...others])
  const names = argv.flatMap((word, index) => (argv[index - 1] === '--env' ? [word] : []))
  return names.filter((name) => !downloads.has(name)).flatMap((name) => env[name] ?? [])
}
