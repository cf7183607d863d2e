/** `<target>/<profile>/build/<package>-<id>/out`, or `…/build/<package>/<id>/out`, and what is below. */
const OUT_DIR = /^(\/.*)\/build\/([^/]+[-/][0-9a-f]{16})\/out(?:\/(.*))?$/s

/** Target directories of which these variables know an OUT_DIR. */
export function formerTargetsIn(
  values: readonly string[],
  profiles: readonly string[],
): Set<string> {
  const found = new Set<string>()
  for (const value of values) {
    const [, base] = OUT_DIR.exec(value) ?? []
    const profile = profiles.find((each) => each !== '' && base?.endsWith(`/${each}`))
    if (base !== undefined && profile !== undefined) found.add(base.slice(0, -profile.length - 1))
  }
  found.delete('')
  return found
}

/** Of files that units were made of, those from an OUT_DIR, as `<label of the run>/<path in it>`. */
export function includedIn(inputs: readonly string[]): string[] {
  return inputs.flatMap((input) => {
    const [, , label, file] = OUT_DIR.exec(input) ?? []
    return label === undefined || file === undefined ? [] : [`${label}/${file}`]
  })
}

/** The package of a unit's label: `serde-0123456789abcdef`, `serde/0123456789abcdef`. */
export function packageOf(label: string): string {
  return label.slice(0, -17)
}
