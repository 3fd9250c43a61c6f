import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'

/* The parts of Kubernetes' objects that are read here, as `kubectl get -o json` prints them; whatever else they hold is ignored. */

/** Kubernetes writes null for a time that is not known. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)
const condition = z.object({ type: z.string(), status: z.string(), reason: text, message: text })
const metadata = z.object({
  name: z.string(),
  uid: text,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  deletionTimestamp: text,
})

export const nodeSchema = z.object({
  metadata,
  spec: z
    .object({
      unschedulable: z.boolean().optional(),
      taints: z.array(z.object({ key: z.string(), value: text, effect: z.string() })).optional(),
    })
    .optional(),
  status: z
    .object({ allocatable: z.record(z.string(), z.string()).optional(), conditions: z.array(condition).optional() })
    .optional(),
})

export const jobSchema = z.object({
  kind: z.literal('Job'),
  metadata,
  spec: z.object({ suspend: z.boolean().optional() }).optional(),
  status: z.object({ startTime: text, conditions: z.array(condition).optional() }).optional(),
})

const containerState = z.object({
  waiting: z.object({ reason: text, message: text }).optional(),
  running: z.object({}).optional(),
  terminated: z.object({ exitCode: z.int(), reason: text, message: text, signal: z.int().optional() }).optional(),
})

export const podSchema = z.object({
  kind: z.literal('Pod'),
  metadata,
  spec: z.object({ nodeName: text }).optional(),
  status: z
    .object({
      phase: text,
      reason: text,
      message: text,
      conditions: z.array(condition).optional(),
      containerStatuses: z.array(z.object({ name: z.string(), state: containerState.optional() })).optional(),
    })
    .optional(),
})

export type KubernetesNode = z.infer<typeof nodeSchema>
export type KubernetesJob = z.infer<typeof jobSchema>
export type KubernetesPod = z.infer<typeof podSchema>

const listSchema = z.object({ items: z.array(z.unknown()) })

/** The objects of a list that fit a schema. Throws `environment` for a text that is no list. */
export function itemsOf<Item>(json: string, schema: z.ZodType<Item>): Item[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    parsed = null
  }
  const list = listSchema.safeParse(parsed)
  if (!list.success)
    throw new JoulemarkError('environment', 'kubectl: expected a list as JSON, and it printed something else')
  return list.data.items.flatMap((item) => {
    const read = schema.safeParse(item)
    return read.success ? [read.data] : []
  })
}
