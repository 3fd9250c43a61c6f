import type { FaultName } from '../simulator/faults/names.ts'
import type { LaunchOptions } from '../simulator/launch.ts'

/** A server on which no run can start, and the message it must give. */
export interface StartCase {
  readonly title: string
  readonly launch: Partial<LaunchOptions>
  readonly mustSay: string
  /** Whether the server must be idle before the run, as for the command line. */
  readonly requiresIdle?: boolean
}

/** Every stream fails in this way: the first request of the load ends the run, with the reason. */
const everyStream = (title: string, fault: FaultName, mustSay: string): StartCase => ({
  title: `${title}, in every stream`,
  launch: { faults: [fault], faultShare: 1 },
  mustSay: `the first request of the load failed ${mustSay}`,
})

/** The faults that prevent a run from starting. */
export const startCases: readonly StartCase[] = [
  {
    title: 'start-refused',
    launch: { faults: ['start-refused'] },
    mustSay: 'cannot be reached (ECONNREFUSED)',
  },
  { title: 'oom-at-start', launch: { faults: ['oom-at-start'] }, mustSay: 'cause out-of-memory' },
  {
    title: 'a server that serves another client',
    launch: { lies: ['foreign-traffic'] },
    requiresIdle: true,
    mustSay: 'the server is in use (1 request running',
  },
  everyStream('no [DONE]', 'missing-done', '(truncated): stream ended without [DONE]'),
  everyStream('no usage', 'missing-usage', '(malformed): no usage'),
  everyStream('event: error', 'error-event', '(stream-error): '),
  everyStream('a proxy that compresses', 'compressed-stream', '(malformed): the answer is compressed'),
  everyStream('an error document with status 200', 'error-with-200', '(stream-error): CUDA error'),
  everyStream('a JSON document', 'not-streamed', '(malformed): a JSON document instead of an event stream'),
  everyStream('an HTML page', 'login-page', '(malformed): an HTML page instead of an event stream'),
  everyStream('a redirect', 'redirect', '(malformed): HTTP 307: a redirect to https://gateway.test/v1'),
]
