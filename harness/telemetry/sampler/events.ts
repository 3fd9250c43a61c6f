/** Events of the sampling. Times are milliseconds on the run's clock. */
export type SamplerEventData =
  /** No rows since this time: the child exited or hung. It is restarted for as long as the run lasts. */
  | { readonly kind: 'lost'; readonly atMs: number; readonly reason: string }
  /** No rows between the two times: the child exited or hung, and was restarted. */
  | { readonly kind: 'gap'; readonly fromMs: number; readonly toMs: number; readonly reason: string }
  /** The wall clock of nvidia-smi's stamps stepped by more than 50 ms. Positive is forward. */
  | { readonly kind: 'clock-step'; readonly atMs: number; readonly stepMs: number }
  /** An ECC or Xid line that nvidia-smi printed into its stream. */
  | { readonly kind: 'device-line'; readonly atMs: number; readonly text: string }
  /** A column whose text means a faulty card, such as `[GPU requires reset]`; once per card and column. */
  | {
      readonly kind: 'sick-value'
      readonly atMs: number
      readonly uuid: string
      readonly field: string
      readonly text: string
    }
  /** A line that is neither a row nor a known message. */
  | { readonly kind: 'malformed'; readonly atMs: number; readonly text: string }
  /** Sampling ended before the run did: no child was alive at its end. */
  | { readonly kind: 'gave-up'; readonly atMs: number; readonly reason: string }

/** An event with its message. */
export type SamplerEvent = SamplerEventData & { readonly message: string }

/** Report of the sampler after it has stopped. */
export interface SamplerReport {
  /** nvidia-smi's names of the columns that were queried. */
  readonly fields: readonly string[]
  /** Our names of the columns that this driver does not have. */
  readonly missingFields: readonly string[]
  readonly intervalMs: number
  readonly rows: number
  readonly restarts: number
  /** All events in order, the first thousand of them. */
  readonly events: readonly SamplerEvent[]
  /** Why there were no samples at the end; null when they arrived until sampling was stopped. */
  readonly gaveUp: string | null
}

/** The message of an event, in one line. */
export function describeEvent(event: SamplerEventData): string {
  switch (event.kind) {
    case 'lost':
      return `no power samples since ${seconds(event.atMs)} s: ${event.reason}; it is restarted until the run ends`
    case 'gap':
      return `no power samples from ${seconds(event.fromMs)} to ${seconds(event.toMs)} s: ${event.reason}`
    case 'clock-step':
      return `the wall clock stepped by ${Math.round(event.stepMs)} ms at ${seconds(event.atMs)} s`
    case 'device-line':
      return `printed at ${seconds(event.atMs)} s: ${event.text}`
    case 'sick-value':
      return `${event.field} of ${event.uuid} is ${event.text} at ${seconds(event.atMs)} s`
    case 'malformed':
      return `unknown line at ${seconds(event.atMs)} s: ${event.text}`
    case 'gave-up':
      return `sampling ended at ${seconds(event.atMs)} s: ${event.reason}`
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
