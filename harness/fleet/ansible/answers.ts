import { z } from 'zod'
import { jsonOf } from '../../json-text.ts'
import { plainText } from '../../plain-text.ts'

/** What is known on a box of a job (`joulemark.fleet.job_info`). */
const jobSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('absent') }),
  z.object({ state: z.literal('running'), name: z.string().optional() }),
  z.object({ state: z.literal('ended'), exit_code: z.int().min(0).max(255) }),
  z.object({
    state: z.literal('lost'),
    cause: z.enum(['restart', 'killed', 'signal', 'time-limit', 'cancelled']).catch('killed'),
    reason: z.string(),
    note: z.string().default(''),
  }),
])
export type BoxJobState = z.infer<typeof jobSchema>

const lineSchema = z.union([
  z.object({ pattern: z.string(), hosts: z.array(z.string()) }),
  z.object({ host: z.string(), task: z.string(), status: z.literal('ok'), job: jobSchema.optional() }),
  z.object({
    host: z.string(),
    task: z.string(),
    status: z.enum(['failed', 'unreachable']),
    message: z.string().default(''),
  }),
])

/** What the hosts of a playbook answered. */
export interface Answers {
  /** The hosts of each pattern, in the order of the inventory. */
  readonly patterns: ReadonlyMap<string, readonly string[]>
  /** The last answer of each host; none from one that was never asked. */
  readonly hosts: ReadonlyMap<string, HostAnswer>
}

export type HostAnswer =
  | { readonly status: 'ok'; readonly task: string; readonly job: BoxJobState | null }
  | { readonly status: 'failed' | 'unreachable'; readonly task: string; readonly message: string }

/**
 * Reads the lines that `callback_plugins/joulemark_answers.py` writes. The values are those of the boxes: what has no known form
 * is no answer, and messages are made harmless for a terminal.
 */
export function readAnswers(text: string): Answers {
  const patterns = new Map<string, readonly string[]>()
  const hosts = new Map<string, HostAnswer>()
  for (const line of text.split('\n')) {
    const parsed = lineSchema.safeParse(jsonOf(line))
    if (!parsed.success) continue
    const { data } = parsed
    if ('pattern' in data) patterns.set(data.pattern, data.hosts)
    else if (data.status === 'ok') hosts.set(data.host, { status: 'ok', task: data.task, job: harmless(data.job) })
    // what runs after a failure, such as the removal of a file, does not undo it
    else hosts.set(data.host, { status: data.status, task: data.task, message: wordsOf(data.message) })
  }
  return { patterns, hosts }
}

const harmless = (job: BoxJobState | undefined): BoxJobState | null =>
  job === undefined ? null : job.state === 'lost' ? { ...job, reason: plainText(job.reason) } : job

/** Ansible's message without the words that stand before each. */
const wordsOf = (message: string): string =>
  plainText(message.replace(/^(?:Task failed: )?(?:Module failed: )?/, '').replace(/^.{0,200}\b(?:via|over) ssh: /, ''))
    .trim()
    .slice(0, 500)
