/**
 * Inverse of a square matrix, by rows, with the largest pivot of each column (Gauss and Jordan). Throws RangeError for a
 * matrix that has none.
 */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))])
  for (let column = 0; column < n; column += 1) {
    let pivot = column
    for (let row = column + 1; row < n; row += 1) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row
    }
    const chosen = rows[pivot]!
    const divisor = chosen[column]!
    if (!(Math.abs(divisor) > 1e-12)) throw new RangeError('the matrix has no inverse')
    rows[pivot] = rows[column]!
    const scaled = chosen.map((value) => value / divisor)
    rows[column] = scaled
    for (let row = 0; row < n; row += 1) {
      const factor = rows[row]![column]!
      if (row === column || factor === 0) continue
      const target = rows[row]!
      for (let at = column; at < 2 * n; at += 1) target[at]! -= factor * scaled[at]!
    }
  }
  return rows.map((row) => row.slice(n))
}
