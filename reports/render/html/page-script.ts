import { costPictureScript } from './cost-picture-script.ts'

/**
 * What runs in the page: sorting, and the economics again at the reader's own assumptions. Plain JavaScript as text,
 * because the page is one file and nothing is built. `economics` restates harness/metrics/cost.ts; a test holds the two
 * together.
 */
export const economicsScript = `
function economics(card, at) {
  var known = function (value) { return typeof value === 'number' && isFinite(value) }
  var capex = known(card.priceGbp) && at.years > 0 ? card.priceGbp / at.years : null
  var idle = known(card.idleW) ? card.idleW : at.utilisation === 1 ? 0 : null
  var watts = known(card.meanPowerW) && idle !== null ? card.meanPowerW * at.utilisation + idle * (1 - at.utilisation) : null
  var electricity = watts === null ? null : (watts / 1000) * 8760 * at.tariffGbpPerKwh * at.pue
  var total = capex === null || electricity === null ? null : capex + electricity
  var millions = known(card.outputTokensPerS) ? (card.outputTokensPerS * at.utilisation * 31536000) / 1000000 : 0
  return {
    'annual-electricity': electricity,
    'capex-per-year': capex,
    'total-per-year': total,
    'gbp-per-million-tokens': total !== null && millions > 0 ? total / millions : null,
  }
}
`

/** All that runs in the page. */
export const pageScript = `'use strict';
${economicsScript}${costPictureScript}
(function () {
  document.querySelectorAll('button.sort').forEach(function (button) {
    button.addEventListener('click', function () { sortBy(button.closest('th')) })
  })

  document.querySelectorAll('button.copy').forEach(function (button) {
    button.hidden = false
    button.addEventListener('click', function () { copy(button) })
  })

  function copy(button) {
    var code = button.parentNode.querySelector('pre')
    var say = function (done) { button.textContent = done ? 'Copied' : 'Select it and press Ctrl-C' }
    // A page from a disk has no clipboard of its own everywhere: then the selection is what there is.
    window.getSelection().selectAllChildren(code)
    if (!navigator.clipboard) return say(document.execCommand('copy'))
    navigator.clipboard.writeText(code.textContent).then(function () { say(true) }, function () { say(document.execCommand('copy')) })
  }

  function sortBy(head) {
    var body = head.closest('table').tBodies[0]
    var index = Array.prototype.indexOf.call(head.parentNode.children, head)
    var down = head.getAttribute('aria-sort') === 'ascending'
    Array.prototype.forEach.call(head.parentNode.children, function (other) { other.removeAttribute('aria-sort') })
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending')
    var rows = Array.prototype.slice.call(body.rows).map(function (row) { return { row: row, key: keyOf(row.children[index]) } })
    rows.sort(function (a, b) {
      // Cells without a figure stay at the end, whichever way.
      if (a.key.number === null || b.key.number === null) {
        if (a.key.number !== b.key.number) return a.key.number === null ? 1 : -1
        return (down ? -1 : 1) * a.key.text.localeCompare(b.key.text)
      }
      return (down ? -1 : 1) * (a.key.number - b.key.number)
    })
    rows.forEach(function (at) { body.appendChild(at.row) })
  }

  function keyOf(cell) {
    var value = cell.getAttribute('data-value')
    return { number: value === null ? null : Number(value), text: cell.textContent }
  }

  var form = document.getElementById('money')
  if (!form) return
  var model = JSON.parse(document.getElementById('money-model').textContent)
  form.hidden = false
  picture(model.cards, model)
  form.addEventListener('input', update)
  form.addEventListener('submit', function (event) { event.preventDefault() })

  function pounds(value, digits) {
    return '£' + value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  }

  function input(name, least) {
    var typed = form.elements[name].value
    var value = Number(typed)
    // An empty field is the number 0 to a browser, and nobody's tariff.
    return typed.trim() !== '' && isFinite(value) && value >= least ? value : null
  }

  function update() {
    var percent = input('utilisation', 1)
    var at = {
      utilisation: percent === null ? null : Math.min(percent, 100) / 100,
      tariffGbpPerKwh: input('tariff', 0), years: input('years', 0.1), pue: input('pue', 1),
    }
    var cards = model.cards.map(function (card, index) {
      var typed = form.elements['price-' + index].value
      var price = typed.trim() === '' && card.priceGbp === null ? null : input('price-' + index, 0)
      return Object.assign({}, card, { priceGbp: price, bad: price === null && typed.trim() !== '' || price === null && card.priceGbp !== null })
    })
    var said = form.querySelector('output')
    if (cards.some(function (card) { return card.bad }) || Object.keys(at).some(function (key) { return at[key] === null })) {
      said.textContent = 'One of the inputs is not a number that can be used.'
      return
    }
    document.getElementById('utilisation-now').textContent = Math.round(at.utilisation * 100) + ' %'
    var costs = []
    cards.forEach(function (card) {
      var figures = economics(card, at)
      if (card.priceGbp !== null) {
        show('price', card.id, card.priceGbp, 0)
        if (card.outputTokensPerS > 0) show('gbp-per-tps', card.id, card.priceGbp / card.outputTokensPerS, 2)
        if (card.vramGb > 0) show('gbp-per-gb', card.id, card.priceGbp / card.vramGb, 0)
      }
      Object.keys(figures).forEach(function (row) { show(row, card.id, figures[row], row === 'gbp-per-million-tokens' ? 4 : 0) })
      var cost = figures['gbp-per-million-tokens']
      if (cost !== null) costs.push({ label: card.label, cost: cost })
    })
    label('annual-electricity', 'Annual electricity @ ' + (at.utilisation === 1 ? '24/7' : Math.round(at.utilisation * 100) + ' % use') + ' £' + at.tariffGbpPerKwh + '/kWh')
    label('capex-per-year', '£/year capex (' + at.years + '-yr)')
    costs.sort(function (a, b) { return a.cost - b.cost })
    said.textContent = costs.length === 0 ? '' : costs.map(function (at, index) {
      return at.label + ' ' + pounds(at.cost, 4) + (index === 0 ? '' : ' (' + (at.cost / costs[0].cost).toFixed(2) + 'x)')
    }).join(', ') + ' per million output tokens'
    picture(cards, at)
  }

  function picture(cards, at) {
    var figure = document.getElementById('g-cost-utilisation')
    if (figure) figure.querySelector('figcaption').textContent = '£ per million output tokens by the share of the year that the card is busy, at your assumptions. ' + costPicture(figure.querySelector('svg'), cards, at) + '. The dotted line is your utilisation; shaded is the interval of a crossing.'
  }

  function rowOf(id) {
    var rows = document.getElementById('t-economics').tBodies[0].rows
    return Array.prototype.find.call(rows, function (row) { return row.getAttribute('data-row') === id })
  }

  function show(rowId, cardId, value, digits) {
    var row = rowOf(rowId)
    var cell = row && Array.prototype.find.call(row.children, function (at) { return at.getAttribute('data-column') === cardId })
    if (!cell || value === null || !cell.hasAttribute('data-value')) return
    cell.setAttribute('data-value', String(value))
    cell.querySelector('.main').textContent = pounds(value, digits)
    // The interval belongs to the assumptions of the report, not to the reader's.
    var small = cell.querySelector('small')
    if (small) small.hidden = true
  }

  function label(rowId, text) {
    var row = rowOf(rowId)
    if (row) row.children[0].querySelector('.main').textContent = text
  }
})()
`
