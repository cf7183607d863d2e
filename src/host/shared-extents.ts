import { constants } from 'node:fs'
import { isMadeToReflink } from './reflink.ts'

// FIEMAP, of the kernel, tells where the extents of a file lie, and which of them are shared (0x2000; the
// last one has 0x1). Each file is asked once, for du counts hard links once already. Sorted by where
// extents begin, what lies before the end of those before counts again. On a machine whose number for
// FIEMAP is another one nobody tells. -T passes over whatever the environment adds to perl.
const PERL = `use strict;
my ($top, $flags, $most) = @ARGV;
my $device = (lstat $top)[0];
my (%seen, @extents);
my @folders = ($top);
while (defined(my $folder = pop @folders)) {
  opendir(my $open, $folder) or next;
  for my $name (readdir $open) {
    next if $name eq "." || $name eq "..";
    my $path = "$folder/$name";
    my ($dev, $inode, $links, $blocks) = (lstat $path)[0, 1, 3, 12];
    next if !defined $dev || $dev != $device;
    if (-d _) { push @folders, $path; next }
    next if !-f _ || !$blocks || ($links > 1 && $seen{$inode}++);
    sysopen(my $file, $path, $flags) or next;
    my ($start, $last) = (0, 0);
    while (!$last && @extents < $most) {
      my $asked = pack("QQLLLL", $start, ~0 - $start, 0, 0, 64, 0) . "\\0" x (64 * 56);
      ioctl($file, 0xc020660b, $asked) or last;
      my $count = (unpack("QQLLLL", $asked))[3] or last;
      for my $at (0 .. $count - 1) {
        my ($logical, $physical, $length, $is) = unpack("QQQx16L", substr($asked, 32 + 56 * $at, 56));
        push @extents, pack("Q>Q>", $physical, $length) if $is & 0x2000;
        ($start, $last) = ($logical + $length, $is & 1);
      }
    }
  }
}
my ($end, $again) = (0, 0);
for (sort @extents) {
  my ($start, $length) = unpack("Q>Q>", $_);
  my $to = $start + $length;
  $again += ($to < $end ? $to : $end) - $start if $start < $end;
  $end = $to if $to > $end;
}
print "$again\\n";`

/** Some 200 MB of perl’s memory; what more there is counts every time. */
const EXTENTS_AT_MOST = 2_000_000

/**
 * A program that walks a tree and says how many bytes du(1) counts too much in it, because files there
 * share blocks by reflink. It is one process, to be ended as du is.
 *
 * @param tree absolute path
 * @returns its words; null where the file system shares none, or the tree is gone
 */
export function countRepeated(tree: string): string[] | null {
  try {
    if (!isMadeToReflink(tree)) return null
  } catch {
    // Who measures it has seen that it is gone, or will.
    return null
  }
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  return ['perl', '-T', '-e', PERL, tree, String(flags), String(EXTENTS_AT_MOST)]
}
