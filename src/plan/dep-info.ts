/** What rustc says a unit was made of, in `deps/<name>-<hash>.d`. */
export interface DepInfo {
  /** absolute, or relative to where rustc ran, which for a workspace's crates is its root */
  readonly inputs: readonly string[]
  /** what `env!` and `option_env!` read, by name; without those that were not set */
  readonly environment: ReadonlyMap<string, string>
}

const VARIABLE = /^# env-dep:([^=]*)=(.*)$/

/** Reads the text of a dep-info file, one byte a character. Nothing that it may hold is an error. */
export function parseDepInfo(text: string): DepInfo {
  const inputs: string[] = []
  const environment = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, value] = VARIABLE.exec(line) ?? []
    if (name !== undefined && value !== undefined)
      environment.set(unescaped(name), unescaped(value))
    // Each input has a line of its own, `path:`, for make to pass over what is gone.
    else if (line.endsWith(':') && !line.startsWith('#')) {
      inputs.push(line.slice(0, -1).replaceAll(String.raw`\ `, ' '))
    }
  }
  return { inputs, environment }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' }

function unescaped(text: string): string {
  return text.replaceAll(/\\([nr\\])/g, (all, letter: string) => ESCAPES[letter] ?? all)
}
