import { imageModelByKey } from '../../../catalogue/image-models.ts'
import { systemClock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import { simulationOf } from '../../create-simulation.ts'
import { listen } from '../../listen.ts'
import type { SimulatorOptions } from '../../options.ts'
import type { BoxCard } from '../box-card.ts'
import type { SimulatedBox } from '../simulated-box.ts'
import type { Playing } from './playing.ts'
import { serverFlags, serverOptions, simulatedModel } from './server-options.ts'
import { startLog } from './start-log.ts'

/** How often a server looks whether its cards are still there. */
const CARDS_SEEN_MS = 100
const START_FAILED = 1
const MIB_PER_GIB = 1024

/** Starts the server of a container on its cards. It prints what a starting vLLM prints, and ends with its container. */
export async function serveIn({ box, container, run, cards, print, onEnd }: Playing): Promise<void> {
  const fail = (line: string): void => {
    print(`${line}\n`)
    container.end(START_FAILED)
  }
  const flags = serverFlags([...(run.entrypoint === null ? [] : [run.entrypoint]), ...run.command])
  const name = flags.get('model') ?? flags.get('model-path')
  const model = name === undefined ? null : simulatedModel(name)
  if (name === undefined || model === null) {
    fail(`OSError: ${name ?? '(no --model)'} is not a valid model identifier (SIMULATED: not in the catalogue)`)
    return
  }
  const options = serverOptions(model, flags, cards, box)
  const held = memoryHeld(box, cards, options)
  if (held !== null) {
    fail(held)
    return
  }
  try {
    const server = startOn(box, cards, options)
    onEnd(server.stop)
    const lines = imageModelByKey(model) === null ? startLog(options) : [[1, 'Application startup complete.'] as const]
    let passed = 0
    for (const [share, line] of lines) {
      if (box.startMs > 0) await systemClock.sleep((share - passed) * box.startMs)
      passed = share
      if (container.exitCode !== null) return
      if (share === 1) await listen(server.simulation.server, run.port ?? 0)
      print(`${line}\n`)
    }
    const watch = setInterval(() => {
      if (cards.every((card) => card.diedAtMs(systemClock.nowMs()) === null)) return
      fail('torch.AcceleratorError: CUDA error: unspecified launch failure (SIMULATED: the GPU has fallen off the bus)')
    }, CARDS_SEEN_MS)
    void container.ended.then(() => clearInterval(watch))
  } catch (error) {
    fail(messageOf(error))
  }
}

function startOn(box: SimulatedBox, cards: readonly BoxCard[], options: SimulatorOptions) {
  const { place, leave } = box.cards.placing(cards, box.newPid())
  const simulation = simulationOf(options, place)
  return {
    simulation,
    stop: () => {
      simulation.stop()
      leave(systemClock.nowMs())
    },
  }
}

/** vLLM's refusal to start on a card whose memory another server holds; null where there is room. */
function memoryHeld(
  box: SimulatedBox,
  cards: readonly BoxCard[],
  { gpuMemoryUtilization }: SimulatorOptions,
): string | null {
  for (const card of cards) {
    const usedMiB = box.cards.processesOf(card).reduce((sum, process) => sum + process.usedMiB, 0)
    const { totalMiB } = card.read(systemClock.nowMs()).memory
    if (usedMiB + gpuMemoryUtilization * totalMiB <= totalMiB) continue
    const [free, total] = [totalMiB - usedMiB, totalMiB].map((mib) => (mib / MIB_PER_GIB).toFixed(2))
    return (
      `ValueError: Free memory on device cuda:${card.index} (${free}/${total} GiB) on startup is less than desired GPU ` +
      `memory utilization (${gpuMemoryUtilization}, ${((gpuMemoryUtilization * totalMiB) / MIB_PER_GIB).toFixed(2)} GiB).`
    )
  }
  return null
}
