/** Who will use a server, as a customer says it. */
export interface StatedDemand {
  /** Users; null where requests/s are stated. */
  readonly users: number | null
  readonly requestsPerS: number | null
  /** Requests of one user per hour, mean over the day that `peakFactor` is a multiple of. */
  readonly requestsPerUserHour: number | null
  /** Peak hour / the load that is stated; 1: what is stated is the peak. */
  readonly peakFactor: number
  /** Growth that the servers have to carry: 0.5 is half as much again. */
  readonly growthShare: number
}

/** The unit that loads and capacities are counted in. */
export type LoadUnit = 'requests/s' | 'users'

/** The peak load, today and with the growth. */
export interface PeakLoad {
  readonly unit: LoadUnit
  readonly today: number
  readonly grown: number
}

const SECONDS_PER_HOUR = 3600

/**
 * The peak load of a demand: `users x requests per user-hour / 3600 x peak factor` in requests/s, or the stated requests/s x
 * peak factor. Users who each wait for an answer and then pause stay users: they are the load themselves.
 */
export function peakLoad({
  users,
  requestsPerS,
  requestsPerUserHour,
  peakFactor,
  growthShare,
}: StatedDemand): PeakLoad {
  const perS =
    requestsPerS ??
    (users === null || requestsPerUserHour === null ? null : (users * requestsPerUserHour) / SECONDS_PER_HOUR)
  const today = (perS ?? users ?? 0) * peakFactor
  return { unit: perS === null ? 'users' : 'requests/s', today, grown: today * (1 + growthShare) }
}

/** Users today whose peak a load is: the inverse of `peakLoad`; null where requests/s are stated. */
export function usersOf(
  load: number,
  { users, requestsPerS, requestsPerUserHour, peakFactor }: StatedDemand,
): number | null {
  if (users === null || requestsPerS !== null) return null
  const perUser = requestsPerUserHour === null ? 1 : requestsPerUserHour / SECONDS_PER_HOUR
  return load / (perUser * peakFactor)
}
