/**
 * Branded quantities, for the few places where dimensions meet. Records and tables carry units in field names
 * instead, because JSON loses brands. The casts live here and nowhere else.
 */
type Quantity<Unit extends string> = number & { readonly __unit: Unit }

export type Watts = Quantity<'W'>
export type Joules = Quantity<'J'>
export type Seconds = Quantity<'s'>
export type KilowattHours = Quantity<'kWh'>

export const watts = (value: number): Watts => value as Watts
export const seconds = (value: number): Seconds => value as Seconds
export const joules = (value: number): Joules => value as Joules

export const JOULES_PER_KWH = 3_600_000
export const HOURS_PER_YEAR = 8760
export const SECONDS_PER_YEAR = HOURS_PER_YEAR * 3600

/** Energy in joules of a steady power over a span. */
export const energyOf = (power: Watts, span: Seconds): Joules => (power * span) as Joules

/** Electricity in kWh of a steady power over hours. */
export const kilowattHoursOf = (power: Watts, hours: number): KilowattHours => ((power / 1000) * hours) as KilowattHours
