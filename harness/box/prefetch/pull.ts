import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type EngineAt, exitOf } from '../../endpoint/serve/container.ts'
import { StartLog } from '../../endpoint/serve/start-log.ts'
import { engineSocket, mayHaveLogin, pullBySocket } from './engine-socket.ts'
import { type Patience, withPatience } from './patience.ts'
import { eventOfLine, PullLayers } from './pull-layers.ts'
import { DownloadRate } from './rate.ts'

/** Traffic below this between two looks is not that of a pull. */
const TRAFFIC_BYTES = 1e6
const TRAFFIC_MS = 5000

/**
 * Pulls an image. By the API of the engine, which counts bytes; where that is not reached, or a login may be required, by its
 * command line, which names layers only. `bytes`: what the image downloads, where that is published. Rejects with the lines
 * of the engine as message.
 */
export async function pullImage(
  { image, bytes }: { readonly image: string; readonly bytes: number | null },
  at: EngineAt,
  patience: Patience,
): Promise<void> {
  const { clock } = patience
  const layers = new PullLayers()
  const rate = new DownloadRate(clock.nowMs())
  const onEvent = (event: Parameters<PullLayers['read']>[0]) => {
    if (layers.read(event)) rate.alive(clock.nowMs())
    if (layers.bytes > 0) rate.read(layers.bytes, clock.nowMs())
  }
  const socket = (await mayHaveLogin(image, at.env)) ? null : await engineSocket(at)
  const work = (signal: AbortSignal) =>
    socket === null
      ? pullByProgram(image, at, { signal, onEvent, rate, clock })
      : pullBySocket(socket, image, { signal, onEvent })
  await withPatience(work, { rate, totalBytes: () => layers.totalBytes ?? (layers.bytes > 0 ? bytes : null) }, patience)
}

interface ByProgram {
  readonly signal: AbortSignal
  readonly onEvent: (event: ReturnType<typeof eventOfLine>) => void
  readonly rate: DownloadRate
  readonly clock: Patience['clock']
}

async function pullByProgram(image: string, at: EngineAt, { signal, onEvent, rate, clock }: ByProgram): Promise<void> {
  // in a group of its own: a lost terminal ends what is in its group, and a night goes on without one
  const child = spawn(at.engine, ['pull', image], { stdio: ['ignore', 'pipe', 'pipe'], env: at.env, detached: true })
  const log = new StartLog()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of log.write(text)) {
        rate.alive(clock.nowMs())
        onEvent(eventOfLine(line))
      }
    })
  }
  const exited = exitOf(child, at.engine)
  const kill = () => endGroup(child)
  signal.addEventListener('abort', kill, { once: true })
  if (signal.aborted) kill()
  // a layer of several gigabytes is one line: that this machine receives data is its sign of life
  let received = await receivedBytes()
  const traffic = setInterval(async () => {
    const now = await receivedBytes()
    if (now - received > TRAFFIC_BYTES) rate.alive(clock.nowMs())
    received = now
  }, TRAFFIC_MS)
  const how = await exited
  clearInterval(traffic)
  signal.removeEventListener('abort', kill)
  log.end()
  if (child.exitCode !== 0) throw new Error([...log.lines, how].join('\n'))
}

/** Ends a program and what it started; one that has ended, or that never started, is left alone. */
function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch {
    // the group has ended
  }
}

/** Bytes that the network interfaces of this machine have received, without its loopback. */
async function receivedBytes(): Promise<number> {
  const text = await readFile('/proc/net/dev', 'utf8').catch(() => '')
  return [...text.matchAll(/^\s*([^\s:]+):\s*(\d+)/gm)].reduce(
    (sum, [, name, bytes]) => (name === 'lo' ? sum : sum + Number(bytes)),
    0,
  )
}
