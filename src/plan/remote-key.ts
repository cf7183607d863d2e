import { createHash } from 'node:crypto'

/** What tells whether an archive from another host is worth its download; all texts as found. */
export interface RemoteFacts {
  /** `process.platform` and `process.arch` */
  platform: string
  architecture: string
  /** what programs are linked against: the image of a job container, or the host's libc */
  image: string
  workflow: string
  job: string
  /** the matrix as JSON, '' without one */
  leg: string
  /** what `rustc -vV` says in the checkout before anything is built, all of it; '' where there is none */
  rustc: string
  /** variables that change what Cargo compiles; see `COMPILING` */
  variables: Readonly<Record<string, string>>
  /** content of Cargo.lock, null without one */
  lockfile: string | null
  /** of the commit that is built */
  commit: string
}

/** Under which key an archive is saved, and under which it is looked for, best first. */
export interface RemoteKeys {
  key: string
  restoreKeys: readonly string[]
}

/** Counts up when older archives can no longer be used. */
const FORMAT = 1

/** Names of variables that Cargo or rustc take into what they hash. */
const COMPILING =
  /^(RUSTFLAGS|RUSTDOCFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_INCREMENTAL|CARGO_BUILD_.*|CARGO_PROFILE_.*|CARGO_TARGET_.+_(RUSTFLAGS|LINKER)|RUSTC|RUSTC_.*|RUSTUP_TOOLCHAIN|CC|CXX|CFLAGS|CXXFLAGS)$/

/** Of an environment, the variables for `RemoteFacts`. */
export function compilingVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const found = Object.entries(environment).filter(
    (entry): entry is [string, string] => COMPILING.test(entry[0]) && entry[1] !== undefined,
  )
  return Object.fromEntries(found)
}

/**
 * Keys for the cache service, which knows the repository and branch by itself.
 *
 * An entry of the service is never replaced, so that each commit has a key of its own; the service
 * gives the newest entry that begins with a restore key; of a job of the same id in another workflow last
 * of all, as with snapshots. At most 512 characters, no commas.
 */
export function remoteKeys(facts: RemoteFacts): RemoteKeys {
  const host = `${word(facts.platform)}-${word(facts.architecture)}`
  const { image, workflow, job, leg, rustc } = facts
  const kind = digest([image, job, leg, rustc, ...pairs(facts.variables)])
  const place = `target-guard-${FORMAT}-${host}-${word(job)}-${kind}-`
  const own = `${place}${digest([workflow])}-`
  const locked = `${own}${facts.lockfile === null ? 'unlocked' : digest([facts.lockfile])}-`
  return { key: `${locked}${digest([facts.commit])}`, restoreKeys: [locked, own, place] }
}

function pairs(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
}

/** A digest that tells lists apart, and not only what they are joined to. */
function digest(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
}

/** For a person who looks through the list of caches; the digest holds the whole of it. */
function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.]+/g, '_').slice(0, 40)
}
