/** What the tests use of jstat, which ships no types: Student's t and the F distribution as oracles. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      /** P(T <= x) at this many degrees of freedom. */
      cdf(x: number, degrees: number): number
      /** The x with P(T <= x) = p. */
      inv(p: number, degrees: number): number
    }
    readonly centralF: {
      /** P(F <= x) at these degrees of freedom. */
      cdf(x: number, upper: number, lower: number): number
    }
  }
  export default jStat
}
