# Copyright (c) the joulemark project
# MIT License (see LICENSE of the repository, or https://opensource.org/licenses/MIT)
"""Commands that run on a server by themselves, under a name: started once, found again, ended with a reason.

A job is a folder: job.json (what runs, as which process, of which boot), log, and end.json once it has ended. Nothing of it
depends on the ssh session that started it, nor on the machine that Ansible runs on.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import fcntl
import fnmatch
import json
import os
import signal
import subprocess
import time

GRACE_S = 60
TAIL_BYTES = 4000


def job_state(folder):
    """What is known of a job: state absent, running, ended (exit_code) or lost (reason)."""
    job = read_json(os.path.join(folder, 'job.json'))
    if job is None:
        return {'state': 'absent'}
    known = {
        'name': os.path.basename(folder),
        'argv': job['argv'],
        'started_at': job['started_at'],
        'time_limit': job['time_limit'],
        'note': job['note'],
        'log': os.path.join(folder, 'log'),
    }
    end = read_json(os.path.join(folder, 'end.json'))
    if end is not None:
        state = 'ended' if end.get('exit_code') is not None else 'lost'
        return dict(known, state=state, **end)
    if job['boot_id'] != boot_id():
        return dict(known, state='lost', cause='restart', reason='the server was restarted while it ran')
    if any(is_alive(mark) for mark in (job.get('supervisor'), job.get('process'))):
        return dict(known, state='running')
    # the end may have been written between the two looks
    end = read_json(os.path.join(folder, 'end.json'))
    if end is not None:
        return job_state(folder)
    reason = 'its process was killed, and so was the process that waited for it'
    return dict(known, state='lost', cause='killed', reason=reason)


def stays(known, again):
    """Whether a job is left as it is when it is to be started: it runs, or has ended and is not to be done again.

    again: True, or the exit codes after which it is done again
    """
    if known['state'] == 'ended':
        return again is not True and known['exit_code'] not in again
    return known['state'] == 'running'


def start_job(folder, argv, how, again=(), tries=None, alone=True):
    """Starts a command unless it stays as it is. Returns its state, and whether it was started.

    how: chdir, environment (dict, added to that of this process), time_limit (s) and note
    tries: pattern of names of earlier tries of the same job: one that still runs is the job
    alone: nothing is started while another job runs; raises OSError
    """
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o700)
    jobs, name = os.path.split(folder)
    lock = os.open(os.path.join(jobs, '.lock'), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        # of two that start jobs at once, the second finds what the first started
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = job_state(folder)
        if stays(known, again):
            return known, False
        for other in sorted(os.listdir(jobs)) if tries or alone else []:
            if other == name or job_state(os.path.join(jobs, other))['state'] != 'running':
                continue
            if tries and fnmatch.fnmatch(other, tries):
                return job_state(os.path.join(jobs, other)), False
            if alone:
                raise OSError('job %s runs on this server, and each would disturb the other' % other)
        remove(os.path.join(folder, 'end.json'))
        remove(os.path.join(folder, 'job.json'))
        problem = launch(folder, argv, how)
        if problem:
            remove(os.path.join(folder, 'job.json'))
            raise OSError(problem)
        return job_state(folder), True
    finally:
        os.close(lock)


def stop_job(folder):
    """Ends a job. Returns its state, and whether there was something to end."""
    known = job_state(folder)
    if known['state'] != 'running':
        return known, False
    job = read_json(os.path.join(folder, 'job.json'))
    supervisor, process = job.get('supervisor'), job.get('process')
    if is_alive(supervisor):
        send(os.kill, supervisor['pid'], signal.SIGTERM)
    elif is_alive(process):
        send(os.killpg, process['pid'], signal.SIGTERM)
    until = monotonic() + GRACE_S + 5
    while job_state(folder)['state'] == 'running' and monotonic() < until:
        time.sleep(0.1)
    return job_state(folder), True


def launch(folder, argv, how):
    """Forks the process that waits for the command. Returns why the command could not be started, or an empty text."""
    reader, writer = os.pipe()
    first = os.fork()
    if first == 0:
        try:
            # away from the session: what ends that sends no signal here
            os.setsid()
            if os.fork() == 0:
                os.close(reader)
                supervise(folder, argv, how, writer)
        finally:
            # without the exit handlers of the module, which remove its files
            os._exit(0)
    os.close(writer)
    os.waitpid(first, 0)
    with os.fdopen(reader) as answer:
        said = answer.read()
    return '' if said == 'started' else (said or 'the process that waits for it ended at once')


def supervise(folder, argv, how, answer):
    """Runs the command, waits for it, ends it after its time, and writes how it ended."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    for descriptor in range(3, 256):
        if descriptor != answer:
            close(descriptor)
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.umask(0o077)
    job = {
        'argv': argv,
        'started_at': now(),
        'time_limit': how['time_limit'],
        'note': how['note'],
        'boot_id': boot_id(),
        'supervisor': mark_of(os.getpid()),
    }
    try:
        write_json(os.path.join(folder, 'job.json'), job)
        log = os.open(os.path.join(folder, 'log'), os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)
        child = subprocess.Popen(
            argv,
            cwd=how['chdir'],
            env=dict(os.environ, **how['environment']),
            stdout=log,
            stderr=log,
            preexec_fn=own_session,
        )
        job['process'] = mark_of(child.pid)
        write_json(os.path.join(folder, 'job.json'), job)
    except (OSError, subprocess.SubprocessError) as error:
        os.write(answer, str(error).encode('utf-8', 'replace'))
        os._exit(0)
    os.write(answer, b'started')
    os.close(answer)
    write_json(os.path.join(folder, 'end.json'), end_of(child, how['time_limit'], stopped))
    os._exit(0)


def own_session():
    os.setsid()
    os.umask(0o022)


def end_of(child, time_limit, stopped):
    """Waits for the command: its exit code, or why it has none."""
    until = monotonic() + time_limit
    cause, reason = None, None
    while child.poll() is None:
        if cause is None and stopped:
            cause, reason = 'cancelled', 'cancelled'
        elif cause is None and monotonic() > until:
            cause, reason = 'time-limit', 'not ended after %d s, its time limit' % time_limit
        if cause is not None:
            terminate(child)
        time.sleep(0.2)
    if cause is None and child.returncode < 0:
        cause, reason = 'signal', 'ended by %s' % signal_name(-child.returncode)
    return {'exit_code': None if cause else child.returncode, 'cause': cause, 'reason': reason, 'ended_at': now()}


def terminate(child):
    """First asks: joulemark ends its record, stops its servers and gives the cards back."""
    send(os.killpg, child.pid, signal.SIGTERM)
    until = monotonic() + GRACE_S
    while child.poll() is None and monotonic() < until:
        time.sleep(0.2)
    send(os.killpg, child.pid, signal.SIGKILL)


def tail_of(folder):
    """The end of the log of a job."""
    try:
        with open(os.path.join(folder, 'log'), 'rb') as log:
            log.seek(max(0, os.path.getsize(log.name) - TAIL_BYTES))
            return log.read().decode('utf-8', 'replace')
    except (IOError, OSError):
        return ''


def mark_of(pid):
    """What names a process: numbers are used again, the start time with them is not."""
    return {'pid': pid, 'start_ticks': start_ticks(pid)}


def is_alive(mark):
    return mark is not None and start_ticks(mark['pid']) == mark['start_ticks'] is not None


def start_ticks(pid):
    """Field 22 of /proc/PID/stat; None for a process that is gone or a zombie."""
    try:
        with open('/proc/%d/stat' % pid) as stat:
            # the name before it may hold spaces and brackets
            fields = stat.read().rpartition(')')[2].split()
    except (IOError, OSError):
        return None
    return None if fields[0] == 'Z' else int(fields[19])


def boot_id():
    try:
        with open('/proc/sys/kernel/random/boot_id') as file:
            return file.read().strip()
    except (IOError, OSError):
        return ''


def signal_name(number):
    names = [name for name in dir(signal) if name.startswith('SIG') and not name.startswith('SIG_')]
    return next((name for name in names if getattr(signal, name) == number), 'signal %d' % number)


def monotonic():
    """s, whatever becomes of the wall clock of the server"""
    return os.times()[4]


def now():
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def read_json(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (IOError, OSError, ValueError):
        return None


def write_json(path, value):
    """Whole or not at all, also after a power cut."""
    with open(path + '.new', 'w') as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + '.new', path)


def send(how, pid, number):
    try:
        how(pid, number)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise


def remove(path):
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def close(descriptor):
    try:
        os.close(descriptor)
    except OSError:
        pass
