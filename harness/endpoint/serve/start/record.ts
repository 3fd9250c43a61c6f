import type { ServerStart } from '../../../record/schema/server.ts'
import type { Mask } from '../../../secret-mask.ts'
import type { ImageIdentity } from '../image/identity.ts'
import type { ServePlan } from '../plan.ts'
import type { PhaseTime } from './phases.ts'

/** What a record says of a start, besides its number. */
type Field = 'command' | 'engine' | 'engineArgs' | 'image' | 'phases'
export type StartRecord = { readonly [Key in Field]: NonNullable<ServerStart[Key]> }

/** The record of a start; words that were handed through are masked, because they may hold a secret of a known form. */
export const startRecord = (
  plan: Pick<ServePlan, 'serverCommand' | 'engine' | 'engineArgs'>,
  {
    image,
    phases,
    mask,
  }: { readonly image: ImageIdentity; readonly phases: readonly PhaseTime[]; readonly mask: Mask },
): StartRecord => ({
  command: plan.serverCommand.map(mask),
  engine: plan.engine,
  engineArgs: plan.engineArgs.map(mask),
  image,
  phases: [...phases],
})
