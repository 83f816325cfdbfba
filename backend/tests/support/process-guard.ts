import { spawn } from 'node:child_process'

/**
 * Waits for a line. When there is none because our end of the pipe is gone, it ends process $1 and its children, which
 * may be stopped, and removes folder $2 and the shared memory of PostgreSQL servers in it.
 */
const SCRIPT = `
read -r line && exit
if [ -d /proc/self ]; then
  children=$(grep -ls "^PPid:[[:space:]]*$1\\$" /proc/[0-9]*/status | cut -d/ -f3)
else
  children=$(pgrep -P "$1")
fi
kill -KILL "$1" $children
sleep 1
for file in "$2"/*/postmaster.pid; do
  [ -f "$file" ] && ipcrm -m "$(sed -n '7s/.* //p' "$file")"
done
rm -rf "$2"
`

/**
 * Ends a process and its children, and removes a folder, once we are gone, however that happens: by an interrupt, by SIGKILL.
 * The returned function calls that off; call it when the process has ended.
 */
export function guardProcess(pid: number, folder: string): () => void {
  const guard = spawn('sh', ['-c', SCRIPT, 'guard', String(pid), folder], {
    detached: true, // Ctrl-C must not end it before us.
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  guard.stdin.on('error', () => undefined)
  return () => void guard.stdin.end('done\n')
}
