import { z } from 'zod'
import { share } from './quote-parts.ts'

/** Where the power of CPUs and server is read: what no machine tells by itself. Passwords are in the environment. */

const shared = {
  intervalSeconds: z.number().min(0.2).max(60).optional().describe('time between two readings; 1 unless given'),
  accuracy: share
    .refine((value) => value > 0 && value <= 0.5, 'expected more than 0% and at most 50%')
    .optional()
    .describe('error of the sensor as its maker states it, such as 1%; 5% is assumed'),
} as const

const hostName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9[][A-Za-z0-9.:_\]-]*$/, 'expected the name or address of a management controller')
const userName = z.string().regex(/^[^\s:-][^\s:]{0,63}$/, 'expected the name of a user')
const word = z.string().min(1).max(4096)

const remote = {
  host: hostName.optional().describe('management controller over the network; the one of this machine unless given'),
  user: userName.optional().describe('its user; the password is JOULEMARK_IPMI_PASSWORD'),
} as const

export const wallConfigSchema = z.strictObject({
  rapl: z.strictObject(shared).optional().describe('energy counters of Intel and AMD processors'),
  grace: z.strictObject(shared).optional().describe('power meters of NVIDIA Grace'),
  ipmi: z
    .strictObject({ ...remote, ...shared })
    .refine(({ host, user }) => (host === undefined) === (user === undefined), 'expected host and user, or neither')
    .optional()
    .describe('`ipmitool dcmi power reading`'),
  redfish: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .describe('address of the management controller, such as https://bmc.example'),
      user: userName.optional().describe('its user; the password is JOULEMARK_REDFISH_PASSWORD'),
      chassis: word
        .max(200)
        .optional()
        .describe('id of the chassis that is this server, where the controller has several'),
      certificateSha256: z
        .string()
        .regex(/^[0-9A-Fa-f:]{64,95}$/, 'expected a SHA-256 fingerprint in hexadecimal')
        .optional()
        .describe('fingerprint of its own TLS certificate, where no authority signed it'),
      ...shared,
    })
    .optional()
    .describe('Redfish of a management controller'),
  command: z
    .strictObject({
      run: z
        .array(word)
        .min(1)
        .max(64)
        .describe('program and its words, without a shell; its last line is the power, such as 512.5 or 0.51 kW'),
      covers: z.enum(['server', 'cpu']).default('server').describe('what it measures'),
      timeoutSeconds: z
        .number()
        .positive()
        .max(60)
        .optional()
        .describe('longest time for one reading; 10 unless given'),
      ...shared,
    })
    .optional()
    .describe('a command that prints watts: a PDU, a smart plug, a meter'),
})

/** The section `wall` of joulemark.yaml. */
export type WallConfig = z.infer<typeof wallConfigSchema>
