#!/usr/bin/python
# Copyright (c) the joulemark project
# MIT License (see LICENSE of the repository, or https://opensource.org/licenses/MIT)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: run_archive
short_description: Pack the runs of a folder that have ended
version_added: 1.0.0
description:
  - Packs whole run folders of joulemark and the files beside them into one archive that can be fetched. A run that is still
    being written is not packed.
options:
  src:
    description: Folder that joulemark was given as --out.
    type: path
    required: true
  dest:
    description: The archive (tar, gzip).
    type: path
    required: true
  log:
    description: Further file that is packed as C(job.log).
    type: path
  jobs:
    description:
      - Folders of jobs, as a pattern of names. Only what is not older than the first of them is packed, and
        C(baselines.json) with the runs that it names.
    type: path
author:
  - The joulemark project (@joulemark)
attributes:
  check_mode:
    support: none
    description: Can run in check_mode and return changed status prediction without modifying target.
'''

EXAMPLES = r'''
- name: Pack what has ended
  joulemark.fleet.run_archive:
    src: ~/joulemark-results
    dest: /tmp/joulemark-results.tar.gz
'''

RETURN = r'''
archive:
  description: What was packed.
  returned: always
  type: dict
  contains:
    runs:
      description: Names of the runs in it.
      type: list
      elements: str
      returned: always
    skipped:
      description: Names of the runs that have not ended.
      type: list
      elements: str
      returned: always
'''

import calendar
import glob
import json
import os
import re
import stat
import tarfile
import time

from ansible.module_utils.basic import AnsibleModule


PLAIN = re.compile(r'^[A-Za-z0-9_-][A-Za-z0-9._-]*$')
BASELINES = 'baselines.json'
# the index of a folder is made again wherever it is needed
LEFT = re.compile(r'^joulemark\.sqlite|\.lock$|\.tmp$')


def pack(module, tar):
    src = module.params['src']
    since = start_of(module.params['jobs'])
    kept = baseline_runs(os.path.join(src, BASELINES))
    runs, skipped = [], []
    for name in sorted(os.listdir(src)) if os.path.isdir(src) else []:
        path = os.path.join(src, name)
        if not PLAIN.match(name) or LEFT.search(name) or os.path.islink(path):
            continue
        if not os.path.isdir(path):
            if name == BASELINES or os.path.getmtime(path) >= since:
                add(tar, path, name)
            continue
        run = read_json(os.path.join(path, 'run.json'))
        if run is None or (name not in kept and seconds(run.get('startedAt')) < since):
            continue
        # joulemark replaces run.json as a whole, and its status at the end
        if run.get('status') == 'running':
            skipped.append(name)
            continue
        runs.append(name)
        for file in sorted(os.listdir(path)):
            if PLAIN.match(file) and not LEFT.search(file):
                add(tar, os.path.join(path, file), '%s/%s' % (name, file))
    if module.params['log']:
        add(tar, module.params['log'], 'job.log')
    return runs, skipped


def start_of(jobs):
    """The start of the first of these jobs in s of the clock of this server; 0 without any."""
    found = [read_json(os.path.join(folder, 'job.json')) for folder in glob.glob(jobs)] if jobs else []
    return min([seconds(job.get('started_at')) for job in found if job is not None] or [0])


def baseline_runs(path):
    """Names of the run folders that baselines.json names."""
    known = (read_json(path) or {}).get('baselines')
    rows = [row for row in known if isinstance(row, dict)] if isinstance(known, list) else []
    return set(run for row in rows for run in row.get('runs', []) if isinstance(row.get('runs'), list))


def seconds(text):
    """s since the epoch of a time in UTC; 0 of anything else."""
    try:
        return calendar.timegm(time.strptime(str(text)[:19], '%Y-%m-%dT%H:%M:%S'))
    except ValueError:
        return 0


def read_json(path):
    try:
        with open(path) as file:
            value = json.load(file)
            return value if isinstance(value, dict) else None
    except (IOError, OSError, ValueError):
        return None


def add(tar, path, name):
    """Adds a file as long as it is now: a log may grow meanwhile. Nothing else than regular files."""
    try:
        with open(path, 'rb') as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or os.path.islink(path):
                return
            entry = tarfile.TarInfo(name)
            entry.size = found.st_size
            entry.mtime = int(found.st_mtime)
            tar.addfile(entry, file)
    except IsADirectoryError:
        return
    except FileNotFoundError:
        return


def main():
    module = AnsibleModule(
        argument_spec={
            'src': {'type': 'path', 'required': True},
            'dest': {'type': 'path', 'required': True},
            'log': {'type': 'path'},
            'jobs': {'type': 'path'},
        },
    )
    dest = module.params['dest']
    try:
        with tarfile.open(dest, 'w:gz', format=tarfile.PAX_FORMAT) as tar:
            runs, skipped = pack(module, tar)
    except (OSError, tarfile.TarError) as error:
        if os.path.exists(dest):
            os.unlink(dest)
        module.fail_json(msg='%s: cannot be packed: %s' % (module.params['src'], error))
    module.exit_json(changed=True, archive={'runs': runs, 'skipped': skipped})


if __name__ == '__main__':
    main()
