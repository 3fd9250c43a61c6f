import { z } from 'zod'

/** Who wrote a record, and on which machine. */

export const toolSchema = z.object({
  name: z.literal('joulemark').describe('the program that measured'),
  version: z.string().describe('its version'),
  commit: z
    .string()
    .nullable()
    .describe('commit of its source, with -modified where files differ from it; null outside a git checkout'),
  node: z.string().describe('version of Node.js that it ran on'),
})

export const hostSchema = z.object({
  hostname: z.string().describe('name of the machine that runs joulemark, which may be another one than the server'),
  kernel: z.string().describe('operating system and release of its kernel'),
  cpu: z.string().describe('model of its first processor; unknown if the system does not say'),
  cpuCount: z.int().describe('its logical processors'),
  memoryGiB: z.number().describe('its memory'),
})

/** The process that writes a record: its id alone is given to later processes too. */
export const processMarkSchema = z.object({
  pid: z.int().positive().describe('its id'),
  startTicks: z.int().nonnegative().nullable().describe('start of the process in clock ticks since the boot'),
  bootId: z.string().nullable().describe('id of this start of the machine; null where the system has none'),
  pidNamespace: z.string().nullable().describe('process ids mean something else in another container'),
})

export type ProcessMark = z.infer<typeof processMarkSchema>
