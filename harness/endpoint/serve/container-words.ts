import { gpuWords } from './engine/engine.ts'
import { type ModelFolder, noPull, weightWords } from './engine/weights.ts'
import type { ServeOptions, ServePlan } from './plan.ts'

/** A server in a container: its image, the port on which it listens in there, and its own flags. */
interface ServerContainer {
  readonly image: string
  readonly containerPort: number
  readonly serverFlags: readonly string[]
  /** Variables of the container that hold no secret, as NAME=VALUE. */
  readonly env?: readonly string[]
  /** The folder of the model, where it has one; null where the server downloads it. */
  readonly folder?: ModelFolder | null
}

type ContainerWords =
  | 'kind'
  | 'engine'
  | 'containerName'
  | 'port'
  | 'image'
  | 'argv'
  | 'pythonArgv'
  | 'fetchArgv'
  | 'serverCommand'

/** The words of the engine for a server: to run it, and to run a program of its image, on the same GPUs or on none. */
export function serverContainer(
  { image, containerPort, serverFlags, env = [], folder = null }: ServerContainer,
  options: ServeOptions,
): Pick<ServePlan, ContainerWords> {
  const { engine = 'docker', dockerArgs = [] } = options
  const containerName = `joulemark-${options.port}`
  const named = ['--name', containerName]
  const onGpus = [...named, ...gpuWords(engine, options.gpus), '--ipc=host']
  const weights = [...weightWords(options, folder), ...env.flatMap((variable) => ['--env', variable])]
  const python = [...dockerArgs, '--entrypoint', 'python3', image, '-']
  const serverCommand = [image, ...serverFlags]
  return {
    kind: 'server',
    engine,
    containerName,
    port: options.port,
    image,
    argv: [
      ...['run', '--rm', ...onGpus],
      ...['-p', `127.0.0.1:${options.port}:${containerPort}`],
      ...weights,
      ...dockerArgs,
      ...serverCommand,
    ],
    pythonArgv: ['run', '--rm', '-i', ...onGpus, ...noPull(options), ...python],
    fetchArgv: ['run', '--rm', '-i', ...named, ...weights, ...python],
    serverCommand,
  }
}
