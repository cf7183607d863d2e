// Sets this process’s clock TG_CLOCK_STEP_MS further, forwards or backwards, at each look at it.
const step = Number(process.env.TG_CLOCK_STEP_MS)
const TrueDate = globalThis.Date
let shift = 0

function now() {
  shift += step
  return TrueDate.now() + shift
}

globalThis.Date = class Date extends TrueDate {
  constructor(...words) {
    super(...(words.length === 0 ? [now()] : words))
  }

  static now() {
    return now()
  }
}
