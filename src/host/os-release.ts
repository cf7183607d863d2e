import { readTextOrNull } from './small-file.ts'

/** Which system programs are linked against: `debian 12`, as os-release(5) has it; '' if it says nothing. */
export function readSystem(): string {
  const text = readTextOrNull('/usr/lib/os-release') ?? readTextOrNull('/etc/os-release') ?? ''
  const valueOf = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  return [valueOf('ID'), valueOf('VERSION_ID')].filter((each) => each !== '').join(' ')
}
