import { bytesText, durationText } from '../../../harness/amount-text.ts'
import type { StartProgress } from '../../../harness/endpoint/serve/start/phases.ts'
import { oneRow, type View } from '../view.ts'

/** Words for the phases of a start. */
const words: Readonly<Record<StartProgress['phase'], string>> = {
  image: 'pulling the image',
  boot: 'starting the program',
  download: 'downloading the weights',
  load: 'loading the weights',
  compile: 'compiling',
  tune: 'tuning kernels',
  graphs: 'capturing CUDA graphs',
  'warm-up': 'profiling and warming up',
  ready: 'ready',
}

/** Without a terminal a phase that goes on is said again after this time. */
const REPEAT_MS = 30_000
const LIVE = '\r\u001b[2K'

export interface StartViewOptions {
  readonly name: string
  /** Bytes of the weights, to say what is left of a download; null where they are not known. */
  readonly weightsBytes: number | null
  /** Whether the line replaces itself on a terminal; not where several servers start at once. */
  readonly live: boolean
}

/**
 * Shows what a start does: on a terminal a line that replaces itself, elsewhere a line as each phase begins and every 30 s.
 * In both, each phase leaves a line.
 */
export function startView(
  view: View,
  { name, weightsBytes, live }: StartViewOptions,
): (progress: StartProgress) => void {
  const isLive = live && view.isTTY
  let phase: StartProgress['phase'] | null = null
  let saidMs = 0
  return (progress) => {
    const text = `${name}: ${progressText(progress, weightsBytes)}`
    const begins = progress.phase !== phase
    if (begins || (!isLive && progress.totalMs - saidMs >= REPEAT_MS)) {
      view.write(`${isLive ? LIVE : ''}${text}\n`)
      saidMs = progress.totalMs
      phase = progress.phase
    } else if (isLive) view.write(`${LIVE}${oneRow(view, text)}`)
  }
}

/** What a start does, in words, with what is done of it and how long it has taken. */
function progressText(progress: StartProgress, weightsBytes: number | null): string {
  const { phase, phaseMs, totalMs, share, bytes } = progress
  if (phase === 'ready') return `ready after ${durationText(totalMs)}`
  const done =
    bytes !== null
      ? ` ${bytesText(bytes)}${weightsBytes === null ? '' : ` of ${bytesText(weightsBytes)}`}`
      : share === null
        ? ''
        : ` ${Math.round(share * 100)} %`
  const left =
    share !== null && share > 0.05 && share < 1 ? `, about ${durationText((phaseMs * (1 - share)) / share)} left` : ''
  return `${words[phase]}${done}, ${durationText(phaseMs)}${left}; ${durationText(totalMs)} since the start`
}
