import { bytesText, durationText } from '../../../harness/amount-text.ts'
import type { PrefetchProgress, PrefetchTools } from '../../../harness/box/prefetch/prefetch.ts'
import { withoutDigest } from '../../../harness/endpoint/serve/image/reference.ts'
import { oneRow, type View } from '../view.ts'

/** Without a terminal a download that goes on is said again after this time. */
const REPEAT_MS = 30_000
const LIVE = '\r\u001b[2K'

/** Shows downloads: on a terminal one line that replaces itself, elsewhere a line every 30 s; in both one at the end of each. */
export function prefetchView(view: View, nowMs: () => number): Pick<PrefetchTools, 'onProgress' | 'onEnd'> {
  let said = { number: 0, ms: 0 }
  return {
    onProgress: (progress) => {
      const text = `${placeText(progress)}: ${stateText(progress.state)}`
      if (view.isTTY) view.write(`${LIVE}${oneRow(view, text)}`)
      else if (progress.number !== said.number || nowMs() - said.ms >= REPEAT_MS) {
        view.write(`${text}\n`)
        said = { number: progress.number, ms: nowMs() }
      }
    },
    onEnd: (place, end, words) => {
      const failed = end === 'failed' ? 'failed: ' : ''
      view.write(`${view.isTTY ? LIVE : ''}${placeText(place)}: ${failed}${words}\n`)
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
