// Figures as a table, each beside its goal.

/** A goal: what is asked, in words, and whether a value meets it. */
export const atMost = (limit) => ({ text: `≤ ${limit}`, isMet: (value) => value <= limit })
export const atLeast = (limit) => ({ text: `≥ ${limit}`, isMet: (value) => value >= limit })
/** No goal: a figure to compare others with. */
export const shown = { text: '–', isMet: () => true }
export const within = (least, most) => ({
  text: `${least.toFixed(2)} to ${most.toFixed(2)}`,
  isMet: (value) => value >= least && value <= most,
})

/** A figure: the ratio of the medians of two sides, with both sides in words. */
export function figure({ what, node, samples, left, right, unit = 'ms', goal }) {
  const [a, b] = [samples.median(left), samples.median(right)]
  const sides = `${round(a)} ${unit} : ${round(b)} ${unit}`
  return { what, node, sides, count: samples.of(left).length, value: a / b, goal }
}

function round(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1)
}

function verdictOf(goal, value) {
  if (goal === shown) return ''
  return goal.isMet(value) ? 'met' : 'MISSED'
}

/** The figures as a Markdown table. */
export function table(figures) {
  const head = ['figure', 'node', 'medians', 'samples', 'ratio', 'goal', '']
  const rows = figures.map(({ what, node, sides, count, value, goal }) => [
    what,
    node,
    sides,
    String(count),
    value.toFixed(2),
    goal.text,
    verdictOf(goal, value),
  ])
  const widths = head.map((name, column) =>
    Math.max(name.length, 3, ...rows.map((row) => row[column].length)),
  )
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...rows].map((cells) => `${line(cells)}\n`).join('')
}
