import { spawn } from 'node:child_process'
import { messageOf } from '../plan/guard-error.ts'
import { limitTime } from './program.ts'

/**
 * Tries all locks: node has no call for flock(2). One perl does it at once, where there is one;
 * flock(1), which takes a process for each lock, does it elsewhere.
 */
export async function tryLocks(descriptors: readonly number[]): Promise<string[]> {
  const answers = await ask('perl', ['-T', '-e', PERL], descriptors)
  const isWhole = answers.length === descriptors.length && answers.every(isAnswer)
  return isWhole ? answers : ask('sh', ['-c', SHELL, 'sh'], descriptors)
}

/** The programs that do it now: they have what is tried open, and are none that live there. */
const trying = new Set<number>()

export function isTryingLocks(pid: number): boolean {
  return trying.has(pid)
}

function isAnswer(answer: string): boolean {
  return answer === 'free' || answer === 'held'
}

// A perl without flock(2) would try locks of another kind, which know nothing of Cargo’s. Only with
// flock(2) do two openings of one file in one process shut each other out; to ask perl’s Config takes
// longer than all of the rest. 5 is LOCK_SH | LOCK_NB, 6 is LOCK_EX | LOCK_NB, 11 is EWOULDBLOCK; -T
// passes over whatever the environment adds to perl.
const PERL = `
open(my $one, "<", $^X) && open(my $two, "<", $^X) or exit 1;
flock($one, 5) && !flock($two, 6) && $! == 11 or exit 1;
for my $fd (@ARGV) {
  open(my $file, "<&=", $fd) or exit 1;
  print flock($file, 6) ? "free\n" : $! == 11 ? "held\n" : "$!\n";
}`

const SHELL = `for fd; do
  if flock -x -n "$fd" 2>/dev/null; then echo free
  else case $? in 1) echo held ;; *) echo "flock failed" ;; esac
  fi
done`

const WAIT_MS = 10_000

/** One line for each lock; what is said in place of answers is told, and no answer is none. */
async function ask(
  program: string,
  words: readonly string[],
  descriptors: readonly number[],
): Promise<string[]> {
  const numbers = descriptors.map((_, index) => String(index + 3))
  return new Promise((resolve) => {
    const child = spawn(program, [...words, ...numbers], {
      stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
    })
    const { pid = 0 } = child
    trying.add(pid)
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (said += part))
    limitTime(child, WAIT_MS)
    child.on('error', (error) => resolve(descriptors.map(() => messageOf(error))))
    child.on('close', () => {
      trying.delete(pid)
      resolve(said.split('\n').slice(0, -1))
    })
  })
}
