import { GuardError } from './guard-error.ts'

/** One input: its name in action.yml; its environment twin follows from it. */
export interface Input<Value> {
  name: string
  /** what is allowed, in words, for the error */
  allowed: string
  /** undefined refuses the text */
  parse: (text: string) => Value | undefined
  whenEmpty: (surroundings: Surroundings) => Value
  /** whether its value stays out of every text */
  isSecret?: true
}

/** Where a setting is looked up: the text of an input, and where it came from for the error. */
export type Lookup = (name: string) => { text: string; source: string } | null

/** What defaults depend on. */
export interface Surroundings {
  /** the user's home directory, absolute */
  home: string
}

/** The environment twin of an input: `TARGET_GUARD_` and the name in upper case with `_`. */
export function environmentTwin(name: string): string {
  return `TARGET_GUARD_${name.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Reads one input.
 *
 * @throws GuardError that names the input, its value and what is allowed
 */
export function readInput<Value>(
  input: Input<Value>,
  lookup: Lookup,
  surroundings: Surroundings,
): Value {
  const found = lookup(input.name)
  if (found === null || found.text === '') return input.whenEmpty(surroundings)
  const value = input.parse(found.text)
  if (value !== undefined) return value
  throw new GuardError(
    `${found.source} is ${input.isSecret === true ? 'not usable' : quote(found.text)}.`,
    `Allowed for ${input.name}: ${input.allowed}.`,
    { usage: true },
  )
}

/** A value in an error text: one line, printable, of bounded length. */
export function quote(text: string): string {
  const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text
  return JSON.stringify(shown)
}

/** A number in a range, both ends included. */
export function number(
  name: string,
  range: { least: number; most: number; otherwise: number; whole?: true },
): Input<number> {
  const pattern = range.whole === true ? /^[0-9]{1,9}$/ : /^[0-9]{1,9}(\.[0-9]{1,6})?$/
  return {
    name,
    allowed: `a ${range.whole === true ? 'whole ' : ''}number from ${range.least} to ${range.most}`,
    parse: (text) => {
      const value = pattern.test(text) ? Number(text) : Number.NaN
      return value >= range.least && value <= range.most ? value : undefined
    },
    whenEmpty: () => range.otherwise,
  }
}

/** One word of several. */
export function choice<Word extends string>(
  name: string,
  words: readonly Word[],
  otherwise: Word,
): Input<Word> {
  return {
    name,
    allowed: words.join(', '),
    parse: (text) => words.find((each) => each === text),
    whenEmpty: () => otherwise,
  }
}

/** True or false, in the spellings of GitHub’s own boolean inputs (the YAML 1.2 core schema). */
export function flag(name: string, otherwise: boolean): Input<boolean> {
  return {
    name,
    allowed: 'true or false',
    parse: (text) => {
      if (/^(true|True|TRUE)$/.test(text)) return true
      return /^(false|False|FALSE)$/.test(text) ? false : undefined
    },
    whenEmpty: () => otherwise,
  }
}
