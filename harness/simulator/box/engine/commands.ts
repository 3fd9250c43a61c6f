import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { simulatedUuid } from '../../card/identity.ts'
import { findCard } from '../../hardware.ts'
import type { BoxCard } from '../box-card.ts'
import type { SimulatedBox } from '../simulated-box.ts'
import { type Container, KILLED } from './containers.ts'
import { engineFacts, formatted, inspected, inspectedImage } from './formats.ts'
import type { Playing } from './playing.ts'
import { probeAnswer } from './probe-answer.ts'
import { parseRun, type RunArguments } from './run-arguments.ts'
import { serveIn } from './serve.ts'
import { isTraining, trainIn } from './train.ts'

/** One call of the simulated `docker`. */
export interface DockerCall {
  readonly args: readonly string[]
  readonly stdin: string
  readonly print: (text: string, isError?: boolean) => void
}

/** Exit code of the engine's own refusals. */
const REFUSED = 125

/** Answers a call; resolves with the exit code. */
export async function answerDocker(box: SimulatedBox, call: DockerCall): Promise<number> {
  const [verb = '', ...rest] = call.args
  const { print } = call
  switch (verb) {
    case 'run':
      return runContainer(box, rest, call)
    case 'ps':
      for (const { id, exitCode } of box.containers.matching(valuesOf(rest, '--filter', '-f'))) {
        if (exitCode === null || rest.includes('--all') || rest.includes('-a')) print(`${id.slice(0, 12)}\n`)
      }
      return 0
    case 'rm':
      return overContainers(box, rest, print, (container) => {
        box.containers.remove(container)
        print(`${container.name}\n`)
      })
    case 'kill':
    case 'stop':
      return overContainers(box, rest, print, ({ end, name }) => {
        end(KILLED)
        print(`${name}\n`)
      })
    case 'logs':
      return overContainers(box, rest, print, ({ log }) => print(log))
    case 'container':
    case 'inspect': {
      const words = verb === 'container' ? rest.slice(1) : rest
      return overContainers(box, words, print, (container) => printValue(inspected(container), words, print))
    }
    case 'image':
    case 'pull':
    case 'manifest':
      return answerImage(verb, rest, print)
    case 'info':
    case 'version':
      printValue(engineFacts, rest, print)
      return 0
    case '--version':
      print('Docker version 0.0-sim, build SIMULATED\n')
      return 0
    default:
      print(`docker: '${verb}' is not a command of the simulated engine\n`, true)
      return 1
  }
}

/** Every image is there, and its registry is reachable. */
function answerImage(verb: string, rest: readonly string[], print: DockerCall['print']): number {
  const image = namesIn(verb === 'pull' ? rest : rest.slice(1))[0] ?? ''
  if (verb === 'pull') print(`Status: Image is up to date for ${image}\n`)
  else printValue(inspectedImage(image), rest, print)
  return 0
}

async function runContainer(
  box: SimulatedBox,
  words: readonly string[],
  { stdin, print }: DockerCall,
): Promise<number> {
  const run = parseRun(words)
  const refuse = (reason: string): number => {
    print(`docker: Error response from daemon: ${reason}\n`, true)
    return REFUSED
  }
  if ('error' in run) return refuse(run.error)
  const cards = cardsOf(box, run.gpus)
  if (cards === null) return refuse(`could not select device driver "" with capabilities: [[gpu]]: no such GPU`)
  let stop = (): void => undefined
  const container = box.containers.start(run, () => stop())
  if (container === null) return refuse(`Conflict. The container name "/${run.name}" is already in use`)
  if (run.port !== null && !(await isFree(run.port))) {
    container.end(REFUSED)
    return refuse(
      `driver failed programming external connectivity: Bind for 127.0.0.1:${run.port} failed: port is already allocated`,
    )
  }
  const said = (text: string, isError = true): void => {
    container.log += text
    if (!run.isDetached) print(text, isError)
  }
  const onEnd = (end: () => void): void => {
    stop = end
    // it may have been removed while it started
    if (container.exitCode !== null) end()
  }
  void play({ box, container, run, cards, print: said, onEnd }, stdin)
  if (!run.isDetached) return container.ended
  print(`${container.id}\n`)
  return 0
}

async function play(playing: Playing, stdin: string): Promise<void> {
  const { box, container, run, cards, print } = playing
  const words = [...(run.entrypoint === null ? [] : [run.entrypoint]), ...run.command]
  const program = words[0]?.split('/').at(-1) ?? ''
  if (/^python3?$/.test(program) && words[1] === '-') {
    if (stdin.includes('joulemarkProbe')) print(probeAnswer(findCard(box.card), cards, box.seed), false)
    // all weights are in its cache
    else if (stdin.includes('joulemarkFetch')) print('{"joulemarkFetch":1,"done":true,"bytes":0}\n', false)
    container.end(0)
  } else if (program === 'nvidia-smi') {
    const only = cards.map((card) => simulatedUuid(box.seed, card.index)).join(',')
    execFile(box.nvidiaSmi, [...words.slice(1), '-i', only], (error, stdout) => {
      print(stdout, false)
      container.end(typeof error?.code === 'number' ? error.code : 0)
    })
  } else if (isTraining(words)) await trainIn(playing, words)
  else if (run.port === null) container.end(0)
  else await serveIn(playing)
}

/** The cards that a container gets; null where one is not there. */
function cardsOf({ cards, seed }: SimulatedBox, gpus: RunArguments['gpus']): readonly BoxCard[] | null {
  if (gpus === 'all') return cards.cards
  const found = gpus.flatMap(
    (which) => cards.cards.find(({ index }) => which === String(index) || which === simulatedUuid(seed, index)) ?? [],
  )
  return found.length === gpus.length ? found : null
}

function overContainers(
  { containers }: SimulatedBox,
  words: readonly string[],
  print: DockerCall['print'],
  act: (container: Container) => void,
): number {
  let code = 0
  for (const name of namesIn(words)) {
    const container = containers.find(name)
    if (container !== null) act(container)
    else {
      print(`Error response from daemon: No such container: ${name}\n`, true)
      code = 1
    }
  }
  return code
}

function printValue(value: object, words: readonly string[], print: DockerCall['print']): void {
  const [format] = valuesOf(words, '--format', '-f')
  print(`${format === undefined ? JSON.stringify([value], null, 4) : formatted(format, value)}\n`)
}

const withValue = new Set([
  '--format',
  '-f',
  '--filter',
  '--tail',
  '-n',
  '--signal',
  '-s',
  '--time',
  '-t',
  '--platform',
])

function namesIn(words: readonly string[]): string[] {
  return words.filter((word, at) => !word.startsWith('-') && !withValue.has(words[at - 1] ?? ''))
}

const valuesOf = (words: readonly string[], ...flags: readonly string[]): string[] =>
  words.flatMap((word, at) => {
    const equals = flags.find((flag) => word.startsWith(`${flag}=`))
    return equals ? [word.slice(equals.length + 1)] : flags.includes(word) ? (words[at + 1] ?? []) : []
  })

/** Whether nothing listens on this port of the machine. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
