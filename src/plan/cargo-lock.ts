/** The packages that a Cargo.lock has from no registry and no repository: those that are built from here. */
export function localPackagesIn(lockfile: string): string[] {
  return lockfile
    .split(/^\[\[package\]\]$/m)
    .slice(1)
    .filter((block) => !/^source = /m.test(block))
    .flatMap((block) => /^name = "([^"\n]+)"$/m.exec(block)?.[1] ?? [])
}
