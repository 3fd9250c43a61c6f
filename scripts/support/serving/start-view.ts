import { bytesText, durationText } from '../../../harness/amount-text.ts'
import type { StartProgress } from '../../../harness/endpoint/serve/start/phases.ts'
import type { Live } from '../../live/live.ts'

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

export interface StartViewOptions {
  readonly name: string
  /** Bytes of the weights, to say what is left of a download; null where they are not known. */
  readonly weightsBytes: number | null
}

/** A start that is shown. */
interface StartView {
  readonly onPhase: (progress: StartProgress) => void
  /** It is over, also where it failed. */
  readonly ended: () => void
}

/** Shows what a start does: a row of the live block, and a line of the log as each phase begins. */
export function startView(live: Live, { name, weightsBytes }: StartViewOptions): StartView {
  const step = live.step(name)
  let phase: StartProgress['phase'] | null = null
  return {
    onPhase: (progress) => {
      const text = progressText(progress, weightsBytes)
      const isNews = progress.phase !== phase
      phase = progress.phase
      if (phase !== 'ready') step.at(text, isNews)
      else if (isNews) step.ended(text)
    },
    ended: () => {
      if (phase !== 'ready') step.ended()
    },
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
