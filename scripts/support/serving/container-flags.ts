import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { type ContainerEngine, containerEngines } from '../../../harness/endpoint/serve/engine/engine.ts'
import { DEFAULT_VLLM_TAG } from '../../../harness/endpoint/serve/image/vllm-images.ts'
import { oneMoreWord, portNumber, positiveInt } from '../flag-values.ts'
import { gpusFlag } from '../shared-flags.ts'

/** Flags of the commands that start servers in containers. */
export interface ContainerFlags {
  readonly port: number
  readonly gpus?: readonly string[]
  readonly engine?: ContainerEngine
  readonly tag?: string
  readonly image?: string
  readonly dockerArg?: readonly string[]
  readonly vllmArg?: readonly string[]
  readonly offline?: boolean
  readonly cache?: string
}

const serverPortFlag = new Option('--port <n>', 'Port on this machine').argParser(portNumber).default(8000)
const engineFlag = new Option('--engine <name>', 'Program that runs containers')
  .choices(containerEngines)
  .default('docker' as ContainerEngine)
const imageTagFlag = new Option(
  '--tag <tag>',
  `Tag of the vllm/vllm-openai image (default: ${DEFAULT_VLLM_TAG}, by its digest)`,
)
const imageFlag = new Option(
  '--image <name>',
  'Another image with the command line of vLLM, instead of --tag',
).conflicts('tag')
const engineArgFlag = new Option(
  '--docker-arg <word>',
  'A word for the container engine, one each, such as --docker-arg=--shm-size=8g; may be repeated',
).argParser(oneMoreWord)
const vllmArgFlag = new Option(
  '--vllm-arg <word>',
  'A word for vLLM, one each, such as --vllm-arg=--enable-expert-parallel; may be repeated',
).argParser(oneMoreWord)
const offlineFlag = new Option('--offline', 'Download nothing: image and weights are on this machine')
const cacheFlag = new Option(
  '--cache <folder>',
  'Folder of downloaded weights (default: HF_HOME, or ~/.cache/huggingface)',
)

/** A command with the flags of what it starts in containers, as `ContainerFlags` has them. */
export const withContainerFlags = <Args extends unknown[], Flags extends OptionValues>(command: Command<Args, Flags>) =>
  command
    .addOption(serverPortFlag)
    .addOption(gpusFlag)
    .addOption(engineFlag)
    .addOption(imageTagFlag)
    .addOption(imageFlag)
    .addOption(engineArgFlag)
    .addOption(vllmArgFlag)
    .addOption(offlineFlag)
    .addOption(cacheFlag)

/** Of the commands that wait for a start or a download. */
export const startTimeoutFlag = new Option(
  '--timeout-minutes <n>',
  'Minutes without a sign of life (a log line, downloaded bytes, CPU work) after which a start or a download is given up',
)
  .argParser(positiveInt)
  .default(30)
