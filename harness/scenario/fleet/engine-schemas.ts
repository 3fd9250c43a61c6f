import { z } from 'zod'
import { durationText, lineOfText } from './field-parts.ts'

/** The blocks of FLEET.yaml that belong to one engine each. */

const slurmName = z.string().regex(/^[A-Za-z0-9_.,:@-]{1,200}$/, 'expected letters, digits and . _ - : ,')

export const slurmSchema = z.strictObject({
  partition: slurmName.optional().describe('--partition of sbatch'),
  account: slurmName.optional().describe('--account of sbatch'),
  qos: slurmName.optional().describe('--qos of sbatch'),
  reservation: slurmName.optional().describe('--reservation of sbatch'),
  gres: slurmName.optional().describe('such as gpu:8; every GPU of the node, so that no other job loads one'),
  exclusive: z.boolean().default(true).describe('the node is given to no other job meanwhile'),
  flags: z.array(lineOfText).max(100).default([]).describe('further flags of sbatch, one word for each entry'),
})

export const ansibleSchema = z.strictObject({
  inventory: z
    .array(lineOfText)
    .max(100)
    .default([])
    .describe('inventories, relative to this file; without one, that of ansible.cfg'),
  become: z.boolean().default(false).describe('measure as the user that Ansible becomes, such as root'),
  lostAfter: durationText
    .default(600)
    .describe('a box that cannot be reached for so long while it is measured is given up, such as 10m'),
  flags: z
    .array(lineOfText)
    .max(100)
    .default([])
    .describe('further flags of ansible-playbook, one word for each entry'),
})

const kubernetesName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'expected small letters, digits, dots and dashes')

export const kubernetesSchema = z.strictObject({
  context: lineOfText.optional().describe('context of kubectl; the current one unless given'),
  namespace: kubernetesName.default('default').describe('namespace of the pods'),
  image: lineOfText.describe('image with joulemark in it'),
  gpus: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'GPUs that each pod asks for, where it starts the model server itself; absent: it asks for none and sees all, beside the pod of the server',
    ),
  gpuResource: lineOfText.default('nvidia.com/gpu').describe('name of the resource that `gpus` counts'),
  tolerations: z
    .array(
      z.strictObject({
        key: lineOfText.optional().describe('key of the taint'),
        operator: z.enum(['Exists', 'Equal']).optional().describe('how key and value are compared'),
        value: lineOfText.optional().describe('value of the taint'),
        effect: z
          .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
          .optional()
          .describe('effect of the taint; absent: every one'),
      }),
    )
    .max(100)
    .default([])
    .describe('taints of nodes that the pods tolerate'),
  serviceAccount: kubernetesName.optional().describe('service account of the pods'),
  secret: kubernetesName
    .optional()
    .describe('Secret of the namespace whose keys are variables of the pods, such as PGPASSWORD for the store'),
  hostFolder: z
    .string()
    .max(1024)
    .regex(/^\/[A-Za-z0-9._/-]*$/, 'expected an absolute path of the nodes')
    .default('/var/lib/joulemark')
    .describe('folder of each node that is the home folder of its pods: `folder` with the records is in it'),
  hostNetwork: z
    .boolean()
    .default(true)
    .describe('the pods use the network of their node, where 127.0.0.1 is its server'),
  hostPID: z.boolean().default(true).describe('the pods see the processes of their node: who else uses its GPUs'),
  runtimeClass: kubernetesName.optional().describe('runtime class of containers that see GPUs, such as nvidia'),
})

export type SlurmBlock = z.infer<typeof slurmSchema>
export type KubernetesBlock = z.infer<typeof kubernetesSchema>
