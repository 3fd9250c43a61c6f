/**
 * The chart of £ per million tokens against utilisation, drawn again in the page at the reader's assumptions. Plain
 * JavaScript as text, as all that runs there. `crossing` restates reports/charts/crossing.ts; a test holds the two
 * together.
 */
export const crossingScript = `
function breakEven(a, b, at) {
  var yearly = function (watts) { return (watts / 1000) * 8760 * at.tariffGbpPerKwh * at.pue }
  var atZero = b.outputTokensPerS * (a.priceGbp / at.years + yearly(a.idleW)) - a.outputTokensPerS * (b.priceGbp / at.years + yearly(b.idleW))
  var slope = b.outputTokensPerS * yearly(a.meanPowerW - a.idleW) - a.outputTokensPerS * yearly(b.meanPowerW - b.idleW)
  var share = -atZero / slope
  return share > 0 && share <= 1 ? share : null
}

function crossing(a, b, at) {
  var share = breakEven(a, b, at)
  var spans = [a.outputTokensPerSCi95, b.outputTokensPerSCi95]
  if (!spans[0] && !spans[1]) return { share: share, interval: null, why: 'no throughput has an interval' }
  var ofA = spans[0] || [a.outputTokensPerS, a.outputTokensPerS]
  var ofB = spans[1] || [b.outputTokensPerS, b.outputTokensPerS]
  function meet(aTokens, bTokens) {
    if (!(aTokens > 0 && bTokens > 0)) return null
    return breakEven(Object.assign({}, a, { outputTokensPerS: aTokens }), Object.assign({}, b, { outputTokensPerS: bTokens }), at)
  }
  var ends = [meet(ofA[0], ofB[1]), meet(ofA[1], ofB[0])].filter(function (end) { return end !== null }).sort(function (x, y) { return x - y })
  if (share === null) {
    return { share: share, interval: null, why: ends.length === 0 ? 'nor anywhere within the throughput intervals' : 'within the throughput intervals they may, at ' + percentOf(ends[0]) + ' %' }
  }
  if (ends.length < 2 || share < ends[0] || share > ends[1]) {
    return { share: share, interval: null, why: 'interval open: at an end of the throughput intervals they meet nowhere' }
  }
  return { share: share, interval: ends, why: null }
}

function crossingText(found) {
  if (found.share === null) return 'do not cost the same a token at any utilisation (' + found.why + ')'
  var spread = found.interval === null ? found.why : percentOf(found.interval[0]) + ' to ' + percentOf(found.interval[1]) + ' %'
  return 'cost the same a token at ' + percentOf(found.share) + ' % utilisation (' + spread + ')'
}

function percentOf(share) { return Number((share * 100).toFixed(1)) }
`

/** Draws into the figure's own SVG element, in its own coordinates; text is text content, never markup. */
export const costPictureScript = `${crossingScript}
function costPicture(svg, cards, at) {
  var width = 480, left = 64, right = 22, bottom = 50, from = 10
  var known = cards.map(function (card, index) { return { card: card, index: index } }).filter(function (one) { return costAt(one.card, from) !== null })
  var top = 34 + 22 * known.length
  var height = top + 190 + bottom
  var dashes = ['none', '9 4', '4 3', '12 3 3 3', '6 2', '14 5']
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height)
  while (svg.firstChild) svg.removeChild(svg.firstChild)
  var most = Math.max.apply(null, known.map(function (one) { return costAt(one.card, from) }).concat(0)) || 1
  var step = Math.pow(10, Math.floor(Math.log10(most / 4)))
  if (most / step > 20) step *= 5
  else if (most / step > 8) step *= 2
  var ceiling = Math.ceil(most / step) * step
  var digits = Math.max(0, -Math.floor(Math.log10(step)))

  function costAt(card, percent) {
    return economics(card, Object.assign({}, at, { utilisation: percent / 100 }))['gbp-per-million-tokens']
  }
  function x(percent) { return left + (percent / 100) * (width - left - right) }
  function y(gbp) { return top + 190 * (1 - gbp / ceiling) }
  function draw(name, attributes, said) {
    var element = document.createElementNS('http://www.w3.org/2000/svg', name)
    Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]) })
    if (said !== undefined) element.textContent = said
    svg.appendChild(element)
  }
  function line(x1, y1, x2, y2, stroke) { draw('line', { x1: x1, y1: y1, x2: x2, y2: y2, stroke: stroke }) }
  function word(at, height, said, anchor, fill, weight) {
    draw('text', { x: at, y: height, 'text-anchor': anchor, fill: fill, 'font-size': 14, 'font-weight': weight || 400 }, said)
  }

  var pairs = []
  known.forEach(function (a, at) { known.slice(at + 1).forEach(function (b) { pairs.push([a.card, b.card]) }) })
  var met = pairs.map(function (pair) { return { pair: pair, found: crossing(pair[0], pair[1], at) } })
  met.forEach(function (one) {
    var span = one.found.interval
    if (span === null || span[1] * 100 < from) return
    var begin = Math.max(from, span[0] * 100)
    draw('rect', { x: x(begin), y: top, width: Math.max(1, x(span[1] * 100) - x(begin)), height: 190, fill: 'var(--band)' })
  })
  for (var tick = 0; tick <= ceiling + step / 2; tick += step) {
    line(left, y(tick), width - right, y(tick), 'var(--line)')
    word(left - 8, y(tick) + 5, tick.toFixed(digits), 'end', 'var(--faint)')
  }
  for (var percent = 0; percent <= 100; percent += 20) {
    line(x(percent), y(0), x(percent), y(0) + 5, 'var(--faint)')
    word(x(percent), y(0) + 20, String(percent), 'middle', 'var(--faint)')
  }
  line(left, y(0), width - right, y(0), 'var(--faint)')
  line(left, top, left, y(0), 'var(--faint)')
  word(x(50), height - 8, 'utilisation, %', 'middle', 'var(--ink)')
  word(8, top - 14, '\\u00a3 per million output tokens', 'start', 'var(--ink)')
  draw('line', { x1: x(at.utilisation * 100), y1: top, x2: x(at.utilisation * 100), y2: y(0), stroke: 'var(--ink)', 'stroke-dasharray': '2 3' })
  known.forEach(function (one, row) {
    var color = 'var(--s' + (one.index % 6) + ')', dash = dashes[one.index % dashes.length]
    var points = []
    for (var at = from; at <= 100; at += 1) points.push(x(at).toFixed(1) + ',' + y(costAt(one.card, at)).toFixed(1))
    draw('polyline', { points: points.join(' '), fill: 'none', stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash })
    draw('line', { x1: 0, y1: 12 + 22 * row, x2: 34, y2: 12 + 22 * row, stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash })
    word(42, 17 + 22 * row, one.card.label, 'start', 'var(--ink)')
  })
  met.forEach(function (one) {
    if (one.found.share === null || one.found.share * 100 < from) return
    var px = x(one.found.share * 100), py = y(costAt(one.pair[0], one.found.share * 100))
    draw('path', { d: 'M' + px + ' ' + (py - 7) + 'l7 7l-7 7l-7 -7z', fill: 'var(--ink)' })
    word(Math.max(left + 20, Math.min(px, width - right - 20)), py - 12, percentOf(one.found.share) + ' %', 'middle', 'var(--ink)', 700)
  })
  var said = known.map(function (one) { return one.card.label + ' \\u00a3' + costAt(one.card, 50).toFixed(4) + ' at 50 % and \\u00a3' + costAt(one.card, 100).toFixed(4) + ' at 100 %' })
  return said.concat(met.map(function (one) { return one.pair[0].label + ' and ' + one.pair[1].label + ' ' + crossingText(one.found) })).join('; ')
}
`
