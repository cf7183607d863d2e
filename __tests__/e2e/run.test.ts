import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import type { CargoProject } from '../fixtures/cargo-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { LocalRuns, compiled } from './local-runs.ts'
import { Runner } from './runner/runner.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
const BUILD = ['cargo', 'build']
const TELL = ['sh', '-c', 'echo "$CARGO_TARGET_DIR" | tee "$CARGO_TARGET_DIR/file"']

function project(name = 'worktree'): CargoProject {
  const directory = path.join(scene().directory('people'), name)
  mkdirSync(directory)
  return smallProject(directory)
}

needs('cargo').describe('a command in a worktree', () => {
  test('is warm from the last run there, whatever became of that', async () => {
    const runs = new LocalRuns(scene())
    const { directory, binary, prints } = project('two words\nand a line')
    const first = await runs.run(directory, BUILD)
    expect([first.exitCode, compiled(first)]).toEqual([0, 1])
    writeFileSync(path.join(directory, 'src/main.rs'), 'fn main() { nonsense }')
    const failed = await runs.run(directory, BUILD)
    expect([failed.exitCode, compiled(failed)]).toEqual([101, 1])
    smallProject(directory)
    const mended = await runs.run(directory, ['sh', '-c', 'cargo build; exit 3'])
    expect([mended.exitCode, compiled(mended)]).toEqual([3, 1])
    // Other commands, which use nothing of what the first one needs; and one that leaves nothing.
    for (const words of [
      ['cargo', 'check'],
      ['cargo', 'check'],
    ]) {
      expect((await runs.run(directory, words)).exitCode).toBe(0)
    }
    const nothing = ['run', '--warm', 'off', '--', 'true']
    expect((await runs.tool(directory, nothing)).exitCode).toBe(0)
    const script = `cargo build && "$CARGO_TARGET_DIR/debug/${binary}"`
    const last = await runs.run(directory, ['sh', '-c', script])
    expect([last.exitCode, compiled(last), last.stdout]).toEqual([0, 0, prints])
    // Nothing lies in the worktree, and one slot is left.
    expect(existsSync(path.join(directory, 'target'))).toBe(false)
    expect(runs.leases('ended')).toHaveLength(1)
    expect(runs.leases('json')).toHaveLength(0)
  })

  test('is warm where another toolchain builds than rustc says, until rustc says another one', async () => {
    const runs = new LocalRuns(scene())
    const { directory } = project()
    const { stdout } = await scene().must('sh', ['-c', 'command -v rustc'])
    const build = async (version: string): Promise<number> => {
      const said = `echo "rustc ${version}"; echo "host: none"`
      const PATH = await stubProgram(scene(), 'rustc', said)
      return compiled(await runs.run(directory, BUILD, { PATH, RUSTC: stdout.trim() }))
    }
    const counts: number[] = []
    for (const version of ['0.1', '0.1', '0.1', '0.2', '0.2']) counts.push(await build(version))
    expect(counts).toEqual([1, 0, 0, 1, 0])
  })

  needs('rustup').test(
    'asks rustc once, as long as rustup has no reason for another one',
    async () => {
      const runs = new LocalRuns(scene())
      const { directory } = project()
      const { stdout } = await scene().must('sh', ['-c', 'command -v rustc'])
      const asked = path.join(scene().directory('asked'), 'times')
      const PATH = await stubProgram(scene(), 'rustc', `echo once >>${asked}; "$REAL" "$@"`)
      const [folder = ''] = PATH.split(':')
      // What rustup’s rustc is: another name of it.
      linkSync(path.join(folder, 'rustc'), path.join(folder, 'rustup'))
      const build = async (more: NodeJS.ProcessEnv = {}): Promise<unknown[]> => {
        const env = { PATH, RUSTC: stdout.trim(), ...more }
        const done = compiled(await runs.run(directory, BUILD, env))
        return [done, readFileSync(asked, 'utf8').split('\n').length - 1]
      }
      expect([await build(), await build(), await build()]).toEqual([
        [1, 1],
        [0, 1],
        [0, 1],
      ])
      expect(await build({ LD_LIBRARY_PATH: '/nowhere' })).toEqual([0, 2])
    },
  )

  test('a run within a run has a slot of its own, and is warm from the last one within', async () => {
    const runs = new LocalRuns(scene())
    const { directory } = project()
    const within = `echo "$CARGO_TARGET_DIR"; ${runs.shellWords} -- sh -c 'echo "$CARGO_TARGET_DIR"; cargo build'`
    const first = await runs.run(directory, ['sh', '-c', within])
    const [outer, inner] = first.stdout.trim().split('\n')
    expect([first.exitCode, compiled(first)]).toEqual([0, 1])
    expect(inner).not.toBe(outer)
    expect(compiled(await runs.run(directory, ['sh', '-c', within]))).toBe(0)
    const deep = `${runs.shellWords} -- ${runs.shellWords} -- sh -c 'echo $TARGET_GUARD_OUTER'`
    const chain = (await runs.run(directory, ['sh', '-c', deep])).stdout.trim().split(' ')
    expect(new Set(chain).size).toBe(3)
    expect(compiled(await runs.run(directory, BUILD))).toBe(1)
  })

  needs('make').test('a make that shares processors does so through it', async () => {
    const runs = new LocalRuns(scene())
    const { directory } = project()
    const rule = `all:\n\t+@${runs.shellWords} -- sh -c 'test -p /proc/self/fd/3 && cargo build'\n`
    writeFileSync(path.join(directory, 'Makefile'), rule)
    const made = await scene().run('make', ['-j2'], { cwd: directory, env: runs.environment() })
    expect([made.exitCode, compiled(made)]).toEqual([0, 1])
    expect(made.stderr).not.toContain('jobserver')
  })
})

needs('cargo').test(
  'what is kept stays until it is given up, and others start with a clone of it',
  async () => {
    const runs = new LocalRuns(scene())
    const { directory } = project()
    const env = { TARGET_GUARD_RETENTION_HOURS: '0' }
    const kept = await runs.tool(directory, ['run', '--keep', '--', ...BUILD], env)
    const [, slot = '', id = ''] = /(\S+) is kept until .*--lease (\w+)/.exec(kept.stderr) ?? []
    expect([kept.exitCode, compiled(kept)]).toEqual([0, 1])
    expect(compiled(await runs.run(directory, BUILD, env))).toBe(0)
    await runs.tool('/', ['sweep'], { ...env, TARGET_GUARD_MIN_FREE_PERCENT: '100' })
    expect(existsSync(path.join(slot, 'debug'))).toBe(true)
    const words = ['run', '--end', '--lease', id]
    expect(await runs.tool('/', words)).toMatchObject({ exitCode: 0, stdout: '' })
    await runs.tool('/', ['sweep'], env)
    expect(existsSync(slot)).toBe(false)
    expect(await runs.tool('/', words)).toMatchObject({ exitCode: 2 })
  },
)

test('two runs at once in one worktree have a slot each', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  const script = 'echo "at $CARGO_TARGET_DIR in $PWD"; read line; exit 5'
  const both = [1, 2].map(() => runs.start(directory, ['--', 'sh', '-c', script]))
  const slots = await Promise.all(both.map(async (each) => each.says(/^at (.*) in /m)))
  expect(new Set(slots).size).toBe(2)
  for (const slot of slots) expect(existsSync(slot)).toBe(true)
  for (const each of both) each.child.stdin?.end('\n')
  for (const end of await Promise.all(both.map(async (each) => each.end()))) {
    expect(end).toMatchObject({ exitCode: 5, stderr: '' })
    expect(end.stdout).toContain(` in ${directory}\n`)
  }
})

test('what cannot be run is told as shells do, and leaves no live lease', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  writeFileSync(path.join(directory, 'text'), 'echo no\n')
  const absent = await runs.run(directory, ['no-such-program'])
  expect(absent).toMatchObject({ exitCode: 127, stdout: '' })
  expect(absent.stderr).toContain('no-such-program: there is no such command')
  expect(absent.stderr).not.toMatch(/spawn|ENOENT/)
  const empty = await runs.tool(directory, ['run', '--verbose', '--', 'true'])
  expect(empty.stderr).toMatch(/^\[target-guard\] lease \w+ ended \(nothing was built\)$/m)
  expect(empty.stderr).not.toContain('cancelled')
  const kept = await runs.tool(directory, ['run', '--keep', '--', 'no-such-program'])
  expect(kept.exitCode).toBe(127)
  expect(kept.stderr).not.toContain('is kept until')
  expect(await runs.run(directory, ['./text'])).toMatchObject({ exitCode: 126, stdout: '' })
  expect(await runs.run(directory, [directory])).toMatchObject({ exitCode: 126 })
  expect(runs.leases('json')).toEqual([])
})

test('words after -- are the command’s, those before are not', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  const told = await runs.run(directory, ['echo', '--help', '--json', '--', '-x'])
  expect(told).toMatchObject({ exitCode: 0, stdout: '--help --json -- -x\n', stderr: '' })
  for (const words of [['true'], [], ['--end', '--', 'true'], ['--json', '--', 'true']]) {
    // A shell may have been told to evaluate --end.
    const stdout = words[0] === '--end' ? '(exit 2)\n' : ''
    expect(await runs.tool(directory, ['run', ...words])).toMatchObject({ exitCode: 2, stdout })
  }
  expect(runs.leases('json')).toEqual([])
})

test('an argument that is no UTF-8 is refused, for the command would get another one', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  const script = `${runs.shellWords} -- echo "$(printf 'caf\\303\\251')"; ${runs.shellWords} -- echo "$(printf 'caf\\351')"`
  const env = runs.environment()
  const { exitCode, stdout, stderr } = await scene().run('sh', ['-c', script], {
    cwd: directory,
    env,
  })
  expect([exitCode, stdout]).toEqual([2, 'café\n'])
  expect(stderr).toContain(
    'An argument is not UTF-8: the command would get another one. Have a script',
  )
  expect(runs.leases('json')).toEqual([])
})

test('where the current directory is gone a run says so, and other commands do without', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  expect(await runs.run(directory, ['true'])).toMatchObject({ exitCode: 0 })
  const tool = runs.shellWords.replace(/ run$/, '')
  const inNone = async (words: string): ReturnType<typeof runs.run> => {
    const script = `mkdir -p ../gone && cd ../gone && rmdir ../gone && ${tool} ${words}`
    return scene().run('sh', ['-c', script], { cwd: directory, env: runs.environment() })
  }
  const refused = await inNone('run -- true')
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
  expect(refused.stderr).toContain('The current directory is gone. Change into one that is there.')
  expect((await inNone('run --print-env')).stdout).toBe('(exit 2)\n')
  expect(await inNone('status')).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await inNone('sweep')).toMatchObject({ exitCode: 0 })
})

test('on a critical disk nothing is started', async () => {
  const runs = new LocalRuns(scene())
  const directory = scene().directory('place')
  for (const what of ['fail', 'skip']) {
    const env = { TARGET_GUARD_MIN_FREE_PERCENT: '100', TARGET_GUARD_ON_CRITICAL: what }
    const { exitCode, stdout, stderr } = await runs.run(directory, ['echo', 'started'], env)
    expect([exitCode, stdout]).toEqual([75, ''])
    expect(stderr).toContain('The emergency pass could not free enough, so no build was started.')
    const printed = await runs.tool(directory, ['run', '--print-env'], env)
    expect([printed.exitCode, printed.stdout]).toEqual([75, '(exit 75)\n'])
  }
  expect(runs.leases('json')).toEqual([])
})

needs('node24').test('runs and runners leave each other’s slots alone', async () => {
  const runs = new LocalRuns(scene())
  const host = new GuardedHost(scene(), runs.root)
  const directory = scene().directory('place')
  const at = (await runs.run(directory, TELL)).stdout.trim()
  const runner = Runner.install(scene(), { name: 'alpha' }).start()
  const job = await runner.job({ runId: '1', steps: [host.step()] }).result
  const hard = { 'retention-hours': '0' }
  await Runner.install(scene(), { name: 'beta' })
    .start()
    .job({ runId: '2', steps: [host.step({ with: hard })] }).result
  expect([existsSync(at), existsSync(slotOf(job))]).toEqual([true, true])
  await runs.run(directory, ['true'], { TARGET_GUARD_RETENTION_HOURS: '0' })
  expect(existsSync(slotOf(job))).toBe(true)
  expect(runs.leases('ended')).toHaveLength(1)
})
