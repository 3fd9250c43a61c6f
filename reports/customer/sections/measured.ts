import { counted } from '../../../harness/units.ts'
import { type Item, list, paragraph, type Section } from '../document.ts'
import type { Subject } from '../subject.ts'

/** What stands behind the figures, and which were omitted. */
export function howMeasured({ runs }: Subject, omitted: number): Section {
  const trials = runs.reduce((sum, run) => sum + run.trials.length, 0)
  const oom = runs.filter((run) => run.oom !== undefined).length
  const items: Item[] = [
    {
      text: `${counted(runs.length, 'run')}${oom > 0 ? `, ${oom} of them out of memory` : ''}, with ${counted(trials, 'trial')} of requests to a running server. ± is half of the 95 % interval over the trials.`,
    },
    { text: 'Power is that of the GPU board unless a table says that it is of the whole server.' },
    ...(omitted > 0
      ? [
          {
            text: `${counted(omitted, 'run')} did not pass every check of quality that we set ourselves, and ${omitted === 1 ? 'is' : 'are'} omitted: a dash stands where the figure would be.`,
          },
        ]
      : []),
  ]
  return {
    id: 'method',
    title: 'How this was measured',
    blocks: [...list(items), paragraph('Figures that are computed and not measured say so.')],
  }
}
