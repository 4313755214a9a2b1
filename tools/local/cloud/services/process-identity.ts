import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Signal 0 succeeds for an existing process. For a process of another user it fails with EPERM. */
export const isRunning = (processId: number): boolean => {
  try {
    return processId > 0 && process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** `starttime` of /proc/PID/stat (proc(5), field 22), counted from the field after the command's name. */
const START_TIME_FIELD = 19;

/**
 * Tells two processes with the same number apart by when they started.
 *
 * @returns a text without line breaks, or '' where the system does not say
 */
export const identityOf = (processId: number): string => {
  try {
    if (process.platform !== 'linux') {
      const command = ['-o', 'lstart=', '-p', String(processId)];
      return execFileSync('ps', command, { encoding: 'utf8', stdio: 'pipe' }).trim();
    }
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The command's name is in parentheses, and may contain spaces.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${fields[START_TIME_FIELD]}`;
  } catch {
    return '';
  }
};
