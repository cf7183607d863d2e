import { chownSync } from 'node:fs'
import type { CargoProject } from '../fixtures/cargo-project.ts'
import { smallProject } from '../fixtures/small-project.ts'
import type { User } from './runner/installation.ts'
import type { Scene } from './scene.ts'

/** The machine's Rust where any user can run it, also when it lies in root's home: a bind mount. */
async function sharedToolchain(scene: Scene): Promise<string> {
  const { stdout } = await scene.must('rustc', ['--print', 'sysroot'])
  const directory = scene.directory('toolchain')
  await scene.must('mount', ['--bind', stdout.trim(), directory])
  return directory
}

/** A small Cargo project of a user's own, and how to build it in a shell. */
export async function projectOf(
  scene: Scene,
  user: User | null,
): Promise<CargoProject & { readonly build: string }> {
  const toolchain = await sharedToolchain(scene)
  const project = smallProject(scene.directory('project'))
  const home = scene.directory('cargo-home')
  if (user !== null) for (const each of [project.directory, home]) own(each, user)
  const build =
    `cd ${project.directory} && PATH=${toolchain}/bin:$PATH HOME=${home} CARGO_HOME=${home} ` +
    `cargo build --offline && "$CARGO_TARGET_DIR/debug/${project.binary}"`
  return { ...project, build }
}

function own(directory: string, { uid, gid }: User): void {
  chownSync(directory, uid, gid)
}
