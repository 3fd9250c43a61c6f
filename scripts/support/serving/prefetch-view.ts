import { bytesText, durationText } from '../../../harness/amount-text.ts'
import type { PrefetchProgress, PrefetchTools } from '../../../harness/box/prefetch/prefetch.ts'
import { withoutDigest } from '../../../harness/endpoint/serve/image/reference.ts'
import type { Live, Step } from '../../live/live.ts'

/** Downloads that are shown. */
interface PrefetchView extends Pick<PrefetchTools, 'onProgress' | 'onEnd'> {
  /** Nothing is downloaded any more, also where a download was interrupted. */
  readonly over: () => void
}

/** Shows downloads: a row of the live block, lines of the log as each begins, goes on and ends. */
export function prefetchView(live: Live): PrefetchView {
  let shown: { readonly place: string; readonly step: Step } | null = null
  const stepOf = (place: string): Step => {
    if (shown?.place !== place) shown = { place, step: live.step(place) }
    return shown.step
  }
  return {
    onProgress: (progress) => {
      const place = placeText(progress)
      const isNews = shown?.place !== place
      stepOf(place).at(stateText(progress.state), isNews)
    },
    onEnd: (place, end, words) => {
      stepOf(placeText(place)).ended(`${end === 'failed' ? 'failed: ' : ''}${words}`)
      shown = null
    },
    over: () => {
      shown?.step.ended()
      shown = null
    },
  }
}

const placeText = ({ item, number, of }: Omit<PrefetchProgress, 'state'>): string =>
  `download ${number} of ${of}, ${nameOf(item)}`

const nameOf = ({ kind, name }: PrefetchProgress['item']): string =>
  kind === 'packages' ? 'packages of trainings' : kind === 'image' ? `image ${withoutDigest(name)}` : `weights ${name}`

function stateText({ bytes, totalBytes, bytesPerS, leftMs }: PrefetchProgress['state']): string {
  const amount =
    bytes === 0 && totalBytes === null
      ? 'bytes are not reported'
      : `${bytesText(bytes)}${totalBytes === null ? '' : ` of ${bytesText(Math.max(bytes, totalBytes))}`}`
  const rate = bytesPerS === null || bytes === 0 ? '' : `, ${(bytesPerS / 1e6).toFixed(bytesPerS < 10e6 ? 1 : 0)} MB/s`
  const left = leftMs === null || leftMs === 0 ? '' : `, ${durationText(leftMs)} left`
  return `${amount}${rate}${left}`
}
