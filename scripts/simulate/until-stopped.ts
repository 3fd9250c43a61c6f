import { exitCodes } from '../../harness/errors.ts'
import { serverInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'

/** Says how to use a simulator, and waits until it is stopped or has exited. Returns the exit code. */
export async function untilStopped(
  simulator: { readonly ended: Promise<void>; stop(): Promise<void> },
  io: CommandIo,
  say: () => void,
): Promise<number> {
  const interrupts = watchInterrupts(io, serverInterrupts)
  const stopped = new Promise<void>((resolve) => {
    interrupts.drain.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    say()
    const died = await Promise.race([stopped.then(() => false), simulator.ended.then(() => true)])
    if (!died) return exitCodes.done
    io.stderr.write('the simulator exited\n')
    return exitCodes.environmentFailed
  } finally {
    interrupts.unwatch()
    await simulator.stop()
  }
}
