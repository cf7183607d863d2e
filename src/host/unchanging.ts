import { join } from 'node:path'

/** Where images of Rust keep what Cargo downloads; a build in a container names these. */
const IN_IMAGES = ['/usr/local/cargo', '/root/.cargo']

/**
 * What Cargo never expects to change: sources that it has downloaded, and toolchains.
 *
 * @returns absolute paths, which need not be there
 */
export function unchangingFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment['HOME'] ?? ''
  const cargo = environment['CARGO_HOME'] ?? (home === '' ? null : join(home, '.cargo'))
  const rustup = environment['RUSTUP_HOME'] ?? (home === '' ? null : join(home, '.rustup'))
  const homes = [...(cargo === null ? [] : [cargo]), ...IN_IMAGES]
  return [
    ...homes.flatMap((each) => [join(each, 'registry'), join(each, 'git')]),
    ...(rustup === null ? [] : [rustup]),
    '/usr/local/rustup',
    '/usr/lib/rustlib',
  ].filter((path) => path.startsWith('/'))
}
