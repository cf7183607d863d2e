import { homedir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { environmentTwin } from '../plan/input.ts'
import { INPUTS, parseSettings } from '../plan/settings.ts'
import type { Input, Lookup, Surroundings } from '../plan/input.ts'
import type { Settings } from '../plan/settings.ts'

/** Settings of a step: an input wins over its environment twin. */
export function readInputs(environment: NodeJS.ProcessEnv): Settings {
  return parseSettings(
    (name) => input(name, environment) ?? twin(name, environment),
    surroundings(environment),
  )
}

/** Settings of a hook or a command: flags win over the environment twins. */
export function readTwins(
  environment: NodeJS.ProcessEnv,
  flags: ReadonlyMap<string, string> = new Map(),
): Settings {
  const lookup: Lookup = (name) => {
    const text = flags.get(name)
    return text === undefined ? twin(name, environment) : { text, source: `--${name}` }
  }
  return parseSettings(lookup, surroundings(environment))
}

/** What stays out of every log, as it was set: by input, by twin, or differently by both. */
export function secretsIn(environment: NodeJS.ProcessEnv): string[] {
  const names = INPUTS.filter((each) => 'isSecret' in each).map(({ name }) => name)
  return names
    .flatMap((name) => [input(name, environment), twin(name, environment)])
    .flatMap((each) => (each === null ? [] : [each.text]))
}

/** A step’s settings as the environment twins that a command takes, but for what stays out of every text. */
export function twinsOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const set = INPUTS.flatMap((each: Input<unknown>): [string, string][] => {
    const read = input(each.name, environment) ?? twin(each.name, environment)
    return read === null || each.isSecret === true ? [] : [[environmentTwin(each.name), read.text]]
  })
  return Object.fromEntries(set)
}

/** The settings that a variable makes other than their defaults; the text of a secret is null. */
export function changedTwins(
  environment: NodeJS.ProcessEnv,
): { name: string; text: string | null }[] {
  const around = surroundings(environment)
  return INPUTS.flatMap((each: Input<unknown>) => {
    const set = twin(each.name, environment)
    if (set === null || isDeepStrictEqual(each.parse(set.text), each.whenEmpty(around))) return []
    return [{ name: each.name, text: each.isSecret === true ? null : set.text }]
  })
}

/** The runner passes an input as INPUT_NAME: upper case, blanks as `_`, dashes as they are. */
function input(name: string, environment: NodeJS.ProcessEnv): ReturnType<Lookup> {
  return found(environment[`INPUT_${name.toUpperCase()}`], `The input ${name}`)
}

function twin(name: string, environment: NodeJS.ProcessEnv): ReturnType<Lookup> {
  return found(environment[environmentTwin(name)], environmentTwin(name))
}

function found(text: string | undefined, source: string): ReturnType<Lookup> {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? null : { text: trimmed, source }
}

function surroundings(environment: NodeJS.ProcessEnv): Surroundings {
  const home = environment['HOME'] ?? ''
  return { home: home.startsWith('/') ? home : homedir() }
}
