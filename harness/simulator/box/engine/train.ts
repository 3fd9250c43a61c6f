import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../clock.ts'
import { listen } from '../../listen.ts'
import { simulatorDefaults } from '../../options.ts'
import { createIdleSimulation } from '../../training/simulation.ts'
import type { Playing } from './playing.ts'
import { serverFlags, simulatedModel } from './server-options.ts'

const COMMAND = fileURLToPath(new URL('../../training/command.ts', import.meta.url))
/** The flags of scripts/train-qlora.py that the simulated command has too. */
const passedOn = ['batch', 'sequence-tokens', 'rank', 'steps', 'seed'] as const

/** Whether a container trains with the bundled script. */
export const isTraining = (command: readonly string[]): boolean =>
  command.some((word) => word.includes('train-qlora.py'))

/** Plays the training command of a container on its cards, and ends with it. */
export async function trainIn(
  { box, container, cards, print, onEnd }: Playing,
  command: readonly string[],
): Promise<void> {
  const flags = serverFlags(command)
  const { place, leave } = box.cards.placing(cards, box.newPid())
  const options = { ...simulatorDefaults, card: box.card, model: 'training', seed: box.seed }
  const simulation = createIdleSimulation(options, place)
  const url = `http://127.0.0.1:${await listen(simulation.server, 0)}`
  const words = [
    ...['--simulator', url, '--card', box.card, '--model', simulatedModel(flags.get('model') ?? '') ?? ''],
    ...passedOn.flatMap((name) => {
      const value = flags.get(name)
      return value === undefined ? [] : [`--${name}`, value]
    }),
    ...(flags.has('gradient-checkpointing') ? ['--gradient-checkpointing'] : []),
  ]
  const child = spawn(process.execPath, [COMMAND, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8').on('data', (text: string) => print(text, false))
  child.stderr.setEncoding('utf8').on('data', (text: string) => print(text, true))
  child.once('close', (code) => container.end(code ?? 1))
  onEnd(() => {
    child.kill('SIGKILL')
    simulation.stop()
    leave(systemClock.nowMs())
  })
}
