/** Coefficients with what their uncertainty follows from. */
export interface LinearFit {
  readonly coefficients: readonly number[]
  /** Sum of the squared residuals, and rows - columns. */
  readonly residual: number
  readonly degrees: number
  /** Standard error of each coefficient; 0 degrees have none. */
  readonly errors: readonly number[]
}

/** A pivot below this share of its column says that the column depends on those before it. */
const SMALLEST_PIVOT = 1e-10

/**
 * Ordinary least squares by the normal equations (few columns of like size; for ill-conditioned ones a QR would be needed).
 * Null where there are no more rows than columns, or where columns depend on each other.
 */
export function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): LinearFit | null {
  const width = rows[0]?.length ?? 0
  const degrees = rows.length - width
  if (width === 0 || degrees < 1) return null
  const normal = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  )
  const inverse = inverted(normal)
  if (inverse === null) return null
  const moments = Array.from({ length: width }, (_, i) => rows.reduce((sum, row, at) => sum + row[i]! * values[at]!, 0))
  const coefficients = inverse.map((row) => row.reduce((sum, value, at) => sum + value * moments[at]!, 0))
  const residual = rows.reduce((sum, row, at) => {
    const fitted = row.reduce((total, value, column) => total + value * coefficients[column]!, 0)
    return sum + (values[at]! - fitted) ** 2
  }, 0)
  const variance = residual / degrees
  return {
    coefficients,
    residual,
    degrees,
    errors: inverse.map((row, at) => Math.sqrt(Math.max(0, variance * row[at]!))),
  }
}

/** Gauss-Jordan with pivots on the diagonal, which a positive definite matrix allows; null for one that is not. */
function inverted(matrix: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length
  const left = matrix.map((row) => [...row])
  const right = matrix.map((_, i) => Array.from({ length: size }, (_, j) => Number(i === j)))
  for (let column = 0; column < size; column += 1) {
    const pivot = left[column]![column]!
    if (!(pivot > SMALLEST_PIVOT * matrix[column]![column]!)) return null
    for (const half of [left, right]) half[column] = half[column]!.map((value) => value / pivot)
    for (let row = 0; row < size; row += 1) {
      const factor = left[row]![column]!
      if (row === column || factor === 0) continue
      for (const half of [left, right]) {
        const own = half[column]!
        half[row] = half[row]!.map((value, at) => value - factor * own[at]!)
      }
    }
  }
  return right
}
