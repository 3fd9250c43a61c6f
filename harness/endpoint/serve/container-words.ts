import type { ServeOptions, ServePlan } from './plan.ts'

/** Folder of Hugging Face in a container that runs as root. */
export const CACHE_INSIDE = '/root/.cache/huggingface'

/** A server in a container: its image, the port on which it listens in there, and its own flags. */
interface ServerContainer {
  readonly image: string
  readonly containerPort: number
  readonly serverFlags: readonly string[]
  /** Variables of the container that hold no secret, as NAME=VALUE. */
  readonly env?: readonly string[]
}

/** The words of `docker` for a server: to run it, and to run a program of its image on the same GPUs. */
export function serverContainer(
  { image, containerPort, serverFlags, env = [] }: ServerContainer,
  options: ServeOptions,
): Pick<ServePlan, 'kind' | 'containerName' | 'port' | 'image' | 'argv' | 'pythonArgv' | 'serverCommand'> {
  const containerName = `joulemark-${options.port}`
  const onGpus = ['--name', containerName, '--gpus', gpusFlag(options.gpus), '--ipc=host']
  const serverCommand = [image, ...serverFlags]
  return {
    kind: 'server',
    containerName,
    port: options.port,
    image,
    argv: [
      ...['run', '--rm', ...onGpus],
      ...['-p', `127.0.0.1:${options.port}:${containerPort}`],
      ...['-v', `${options.cacheDir}:${CACHE_INSIDE}`, '--env', 'HF_TOKEN'],
      ...[...(options.downloadEnv ?? []), ...env].flatMap((variable) => ['--env', variable]),
      ...serverCommand,
    ],
    pythonArgv: ['run', '--rm', '-i', ...onGpus, '--entrypoint', 'python3', image, '-'],
    serverCommand,
  }
}

/** Docker parses the value as CSV: a list of devices requires quotes. */
const gpusFlag = (gpus: readonly string[]): string => (gpus.length === 0 ? 'all' : `"device=${gpus.join(',')}"`)
