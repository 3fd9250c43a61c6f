import { basename } from 'node:path'
import { gpuWords, labelWords } from './engine/engine.ts'
import { type ModelFolder, noPull, OFFLINE, volume, weightWords } from './engine/weights.ts'
import type { CommandPlan, ServeOptions, ServePlan } from './plan.ts'

/** A server in a container: its image, the port on which it listens in there, and its own flags. */
interface ServerContainer {
  readonly image: string
  readonly containerPort: number
  readonly serverFlags: readonly string[]
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
  | 'cacheDir'
  | 'engineArgs'
  | 'serverCommand'

/** The words of the engine for a server: to run it, and to run a program of its image, on the same GPUs or on none. */
export function serverContainer(
  { image, containerPort, serverFlags, folder = null }: ServerContainer,
  options: ServeOptions,
): Pick<ServePlan, ContainerWords> {
  const { engine = 'docker', dockerArgs = [] } = options
  const { containerName, withoutGpus, onGpus } = containerOf(options)
  const weights = weightWords(options, folder)
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
    fetchArgv: ['run', '--rm', '-i', ...withoutGpus, ...weights, ...python],
    cacheDir: options.cacheDir,
    engineArgs: dockerArgs,
    serverCommand,
  }
}

/** A command in a container: its image, and the shell script with its arguments that runs the command behind them. */
interface CommandContainer {
  readonly image: string
  readonly script: readonly string[]
  /** Folders of this machine that the container can read under the same path. */
  readonly folders: readonly string[]
  /** Variables of the container: NAME=VALUE, or a name that is handed on if it is set. */
  readonly env: readonly string[]
}

/** The words of the engine for a command on GPUs, to put before the command. */
export function commandContainer(
  { image, script, folders, env }: CommandContainer,
  options: ServeOptions,
): Pick<CommandPlan, Exclude<ContainerWords, 'pythonArgv'> | 'words' | 'prepareArgv'> {
  const { engine = 'docker', dockerArgs = [] } = options
  const { containerName, withoutGpus, onGpus } = containerOf(options)
  const weights = [...weightWords(options, null), ...env.flatMap((variable) => ['--env', variable])]
  const inside = [
    ...folders.flatMap((folder) => volume(folder, folder, 'ro')),
    ...weights,
    ...dockerArgs,
    ...['--entrypoint', '/bin/sh', image, ...script],
  ]
  const argv = ['run', '--rm', ...onGpus, ...inside]
  return {
    kind: 'command',
    engine,
    containerName,
    port: options.port,
    image,
    argv,
    words: [engine, ...argv],
    prepareArgv: ['run', '--rm', '-i', ...withoutGpus, ...inside, 'true'],
    fetchArgv: ['run', '--rm', '-i', ...withoutGpus, ...weights, ...dockerArgs, '--entrypoint', 'python3', image, '-'],
    cacheDir: options.cacheDir,
    engineArgs: dockerArgs,
    serverCommand: [image, ...script.map((word) => basename(word))],
  }
}

/** The name of a container, by its port, and the words that give it its name and its GPUs, or its name alone. */
function containerOf({ port, engine = 'docker', gpus }: ServeOptions) {
  const containerName = `joulemark-${port}`
  const named = ['--name', containerName]
  return {
    containerName,
    withoutGpus: [...named, ...labelWords(engine)],
    onGpus: [...named, ...gpuWords(engine, gpus), '--ipc=host'],
  }
}

/**
 * A launch whose weights have been downloaded. vLLM-Omni asks for the whole repository again, with every copy in other formats,
 * unless the hub is out of reach.
 */
export function downloaded<Plan extends ServePlan | CommandPlan>(plan: Plan): Plan {
  if (plan.kind !== 'server' || plan.runtime !== 'image' || plan.argv.includes(OFFLINE)) return plan
  const [run = 'run', ...rest] = plan.argv
  return { ...plan, argv: [run, '--env', OFFLINE, ...rest] }
}
