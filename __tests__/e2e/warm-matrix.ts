import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { outsideCode, variedProject } from '../fixtures/varied-project.ts'
import type { Scene } from './scene.ts'
import { stubProgram } from './stub-program.ts'
import { OLD } from './warm-cases.ts'
import type { Change } from './warm-cases.ts'
import { archiveAll, branchOf, commitAll } from './warm-revisions.ts'

/** What a build and its tests showed. */
export interface Shown {
  /** `test <name> ... <result>` of all test programs, sorted */
  tests: string[]
  /** what the programs print */
  prints: string
  /** packages that were compiled, sorted */
  compiled: string[]
}

/** How a job gets its workspace: cloned into an empty one, or fetched into what is there. */
export type Checkout = 'cloned' | 'kept'

const MARK = '== programs\n'

/** Members of the workspace, and the crate outside of it. */
const OWN = 'app asking counting included located macros naming outside plain shape varied'.split(
  ' ',
)

/** A repository with a revision for each change, and what surrounds it on the host. */
export class Matrix {
  readonly #scene: Scene
  readonly #repository: string
  readonly #outside: string
  /** a PATH with another rustc */
  readonly #otherPath: string
  readonly #archives: string
  readonly #cold: string
  readonly #references = new Map<Change, Promise<Shown>>()

  private constructor(scene: Scene, repository: string, outside: string, otherPath: string) {
    this.#scene = scene
    this.#repository = repository
    this.#outside = outside
    this.#otherPath = otherPath
    this.#archives = scene.directory('archives')
    this.#cold = scene.directory('cold')
  }

  static async make(scene: Scene): Promise<Matrix> {
    const outside = path.join(scene.directory('outside'), 'outside')
    const project = variedProject(scene.directory('repository'), outside)
    // A compiler that is the machine's own, but says that it is another one.
    const otherPath = await stubProgram(
      scene,
      'rustc',
      `[ "$*" = -vV ] || exec "$REAL" "$@"
      "$REAL" -vV | sed 's/^commit-hash: .*/commit-hash: ${'0'.repeat(40)}/'`,
    )
    const matrix = new Matrix(scene, project.directory, outside, otherPath)
    await commitAll(scene, project)
    await archiveAll(scene, matrix.#archives)
    return matrix
  }

  /** A shell script that checks out and unpacks what the change has, in the current directory. */
  checkout(change: Change, how: Checkout): string {
    const wipe = how === 'cloned' ? 'find . -mindepth 1 -maxdepth 1 -exec rm -rf {} +' : ':'
    return `
      ${wipe}
      [ -d .git ] || git init --quiet
      git fetch --quiet --force ${this.#repository} '+refs/heads/*:refs/remotes/origin/*'
      git checkout --quiet --force --detach origin/${branchOf(change)}
      git clean -ffdxq
      tar --extract --file ${this.#archives}/${change.archive ?? 1}.tar
      ${change.afterCheckout ?? ':'}`
  }

  /** A shell script that builds, tests and runs everything, whatever the tests say. */
  build({ words = '', rustflags, compiler, only }: Change): string {
    const packages = only === undefined ? '--workspace' : `--package ${only}`
    const programs = only ?? 'app varied examples/shown'
    const library = only === undefined ? '"$CARGO_TARGET_DIR/debug/libshape.so"' : ''
    return `
      ${rustflags === undefined ? '' : `export RUSTFLAGS='${rustflags}'`}
      ${compiler === undefined ? '' : this.#useOtherCompiler()}
      cargo build --offline ${packages} --all-targets ${words}
      cargo test --offline ${packages} --tests --no-fail-fast ${words} || true
      printf '${MARK}'
      for each in ${programs}; do "$CARGO_TARGET_DIR/debug/$each"; done
      for each in ${library}; do
        cat "$(grep -aoE '/[[:alnum:]/_.-]+/shape/fixture.txt' "$each")"
      done`
  }

  #useOtherCompiler(): string {
    const [folder = ''] = this.#otherPath.split(':')
    return `export PATH='${this.#otherPath}' RUSTC='${path.join(folder, 'rustc')}'`
  }

  /** Gives the crate outside the repository what the change has, with an old mtime. */
  placeOutside({ outside = 1 }: Change): void {
    const file = path.join(this.#outside, 'src/lib.rs')
    const code = outsideCode(outside)
    if (readFileSync(file, 'utf8') === code) return
    writeFileSync(file, code)
    utimesSync(file, new Date(OLD), new Date(OLD))
  }

  /** What a build without a seed shows. Crates of the registry are kept: nothing here changes them. */
  async cold(change: Change): Promise<Shown> {
    const known = this.#references.get(change) ?? this.#buildCold(change)
    this.#references.set(change, known)
    return known
  }

  async #buildCold(change: Change): Promise<Shown> {
    const workspace = path.join(this.#cold, 'workspace')
    const target = path.join(this.#cold, 'target')
    mkdirSync(workspace, { recursive: true })
    this.placeOutside(change)
    const script = `set -e; ${this.checkout(change, 'cloned')}
      cargo clean --quiet --offline ${OWN.map((name) => `--package ${name}`).join(' ')}
      ${this.build(change)}`
    const env = { CARGO_TARGET_DIR: target, CARGO_INCREMENTAL: '0' }
    return shownBy(await this.#scene.must('bash', ['-c', script], { cwd: workspace, env }))
  }
}

/** What the output of a script of `build` shows. */
export function shownBy({ stdout, stderr }: { stdout: string; stderr: string }): Shown {
  const [tested = '', prints = 'nothing'] = stdout.split(MARK)
  return {
    tests: tested
      .split('\n')
      .filter((line) => /^test .* \.\.\. /.test(line))
      .toSorted(),
    prints,
    compiled: [...stderr.matchAll(/Compiling (\S+) v/g)].map(([, name]) => name ?? '').toSorted(),
  }
}

/** Packages of the registry among those that were compiled. */
export function fromRegistry({ compiled }: Shown): string[] {
  return compiled.filter((name) => !OWN.includes(name))
}

/** Names of the tests that failed. */
export function failuresIn({ tests }: Shown): string[] {
  return tests.flatMap((line) => /^test (.*) \.\.\. FAILED$/.exec(line)?.[1] ?? [])
}
