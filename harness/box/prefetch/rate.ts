/** Over how long a rate is taken: long enough to even out a stall, short enough to show one. */
const WINDOW_MS = 30_000

/** What a download has done and still takes. */
export interface DownloadState {
  readonly bytes: number
  readonly totalBytes: number | null
  /** Bytes per second of the last half minute; null before there are two readings. */
  readonly bytesPerS: number | null
  readonly leftMs: number | null
}

/** The rate of a download and the time that is left, from how many bytes are there at which moment. */
export class DownloadRate {
  #readings: { readonly ms: number; readonly bytes: number }[] = []
  #grewMs: number

  constructor(nowMs: number) {
    this.#grewMs = nowMs
  }

  read(bytes: number, nowMs: number): void {
    if (bytes > (this.#readings.at(-1)?.bytes ?? 0)) this.#grewMs = nowMs
    this.#readings.push({ ms: nowMs, bytes })
    // one reading from before the window stays, so that the window is whole
    while ((this.#readings[1]?.ms ?? nowMs) <= nowMs - WINDOW_MS) this.#readings.shift()
  }

  /** How long no byte has arrived. */
  quietMs(nowMs: number): number {
    return nowMs - this.#grewMs
  }

  /** A sign of life without a byte: a layer that is unpacked. */
  alive(nowMs: number): void {
    this.#grewMs = nowMs
  }

  state(totalBytes: number | null): DownloadState {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)]
    const bytes = last?.bytes ?? 0
    const passedMs = first && last ? last.ms - first.ms : 0
    const bytesPerS = first && last && passedMs > 0 ? ((last.bytes - first.bytes) / passedMs) * 1000 : null
    const left = totalBytes === null ? null : Math.max(0, totalBytes - bytes)
    const leftMs = left === null || bytesPerS === null || bytesPerS <= 0 ? null : (left / bytesPerS) * 1000
    return { bytes, totalBytes, bytesPerS, leftMs }
  }
}
