import type { z } from 'zod'
import type { logLineSchema } from './log-schema.ts'

type WithoutTime<Line> = Line extends unknown ? Omit<Line, 'time'> : never

/** Something that a log says, as its schema has it; the log adds the time. `message` is the line of a log in text. */
export type LogEvent = WithoutTime<z.infer<typeof logLineSchema>>

export type RunStartedEvent = Extract<LogEvent, { readonly event: 'run-started' }>
export type ProgressEvent = Extract<LogEvent, { readonly event: 'progress' }>
export type TrialEvent = Extract<LogEvent, { readonly event: 'trial' }>
