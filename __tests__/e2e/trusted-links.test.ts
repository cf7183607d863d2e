import { expect } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { push } from './runner/events.ts'
import type { JobEvent } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  echo 'pub fn one() -> u8 { 1 }' > src/lib.rs
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

/** What a stranger’s code might do to a library that it shares with others. */
const WRITES = `
  lib="$(find "$CARGO_TARGET_DIR/debug/deps" -name 'libsmall-*.rlib')"
  touch -r "$lib" "$lib.time"
  printf 'of a stranger' | dd of="$lib" bs=1 seek=200 conv=notrunc status=none
  touch -r "$lib.time" "$lib"`

const DISPATCH: JobEvent = { ...push(), name: 'repository_dispatch' }

const seedOf = (result: JobResult): string | undefined => result.step('guard').outputs['seed']

needs('root', 'cargo', 'no-reflink').test(
  'what any event may have built on the default branch shares no file with what pushes build',
  async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const { directory } = smallProject(scene().directory('repository'))
    await scene().must('bash', ['-c', COMMIT], { cwd: directory })
    let run = 100
    const job = async (event: JobEvent, snapshot: string, more = ''): Promise<JobResult> => {
      const checkout = `rm -rf ./* .git; git clone --quiet ${directory} .`
      const result = await runner.job({
        event,
        runId: String((run += 1)),
        steps: [
          { name: 'checkout', run: checkout },
          host.step({ id: 'guard', with: { snapshot, 'keep-per-pr': '3' } }),
          { name: 'build', run: `cargo build --quiet --offline${more}` },
        ],
      }).result
      if (result.conclusion !== 'success') throw new Error(String(result))
      return result
    }

    expect(seedOf(await job(push(), 'trusted'))).toBe('cold')
    // It has hard links to the snapshot, and stays as it is.
    expect(seedOf(await job(push(), 'never'))).toBe('clone')
    const other = await job(DISPATCH, 'trusted', WRITES)
    const next = await job(
      push(),
      'trusted',
      '; grep -rl "of a stranger" "$CARGO_TARGET_DIR" || true',
    )
    expect(['inherit', 'clone']).toContain(seedOf(next))
    expect(next.step('build').stdout).toBe('')
    expect(seedOf(other)).toBe('copy')
    const told = 'shares files by hard link with what may be published'
    expect(other.step('guard').stdout).toContain(told)
  },
)
