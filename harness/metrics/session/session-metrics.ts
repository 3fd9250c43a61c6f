import { missing } from '../../record/measured.ts'
import { ofKind, type ScenarioShape } from '../metric.ts'

const higher = { better: 'higher' } as const
const lower = { better: 'lower' } as const
const detail = { inSummary: false, inQuote: false } as const
const NO_SESSIONS = missing('the load has no sessions')

/** Loads of sessions of several turns. */
export const hasSessions = ({ load }: ScenarioShape) =>
  load.shape === 'closed' && 'session' in load && load.session !== undefined

/** Metrics of loads with sessions, in display order. */
export const sessionMetrics = ofKind('text', {
  finishedSessionsPerHour: {
    ...higher,
    inSummary: true,
    inQuote: false,
    label: 'Finished sessions',
    shortLabel: 'Sessions/h',
    unit: 'sessions/h',
    digits: 1,
    formula:
      'sessions whose last turn ended in the window, every request a success / length of the window; sessions go on through all trials',
    suits: hasSessions,
    of: ({ sessions }) => sessions?.finishedPerHour ?? NO_SESSIONS,
  },
  joulesPerFinishedSession: {
    ...lower,
    inSummary: true,
    inQuote: false,
    label: 'Energy per finished session',
    shortLabel: 'J per session',
    unit: 'J',
    digits: 0,
    formula: 'energy of the GPU boards in the window / sessions that finished in it',
    suits: hasSessions,
    of: ({ sessions }) => sessions?.joulesPerFinished ?? NO_SESSIONS,
  },
  goodSessionShare: {
    ...higher,
    inSummary: true,
    inQuote: false,
    label: 'Goodput per session',
    shortLabel: 'Good sessions',
    unit: '1',
    digits: 1,
    shownAs: { unit: '%', scale: 100 },
    formula:
      'share of the sessions in which every turn met the SLO, over those that began in the trial and finished in its window',
    suits: hasSessions,
    of: ({ sessions }) => sessions?.goodShare ?? NO_SESSIONS,
  },
  sessionSecondsP50: {
    ...lower,
    ...detail,
    label: 'Duration of a session, median',
    shortLabel: 'Session',
    unit: 's',
    digits: 1,
    formula: 'median over the same sessions of (last token - first request sent), pauses included',
    suits: hasSessions,
    of: ({ sessions }) => sessions?.durationS.p50 ?? NO_SESSIONS,
  },
})
