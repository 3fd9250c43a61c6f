#!/usr/bin/python
# Copyright (c) the joulemark project
# MIT License (see LICENSE of the repository, or https://opensource.org/licenses/MIT)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: job
short_description: Start a command under a name, so that it outlives the connection
version_added: 1.0.0
description:
  - Starts a command on the server in a session of its own. It goes on when the ssh connection drops and when the machine
    that Ansible runs on is switched off, and it is found again by its name.
  - In contrast to C(async), a job that was started is never started twice, a server that was restarted or a process that was
    killed is noticed, and a command whose time is over gets SIGTERM before SIGKILL, so that it can end what it holds.
options:
  name:
    description: Name of the job. A command is started once under it.
    type: str
    required: true
  folder:
    description: Folder of the jobs.
    type: path
    default: ~/.joulemark/jobs
  state:
    description:
      - V(started) starts it, unless it runs or has ended. One that was lost is started again.
      - V(stopped) ends it if it runs.
    type: str
    choices: [started, stopped]
    default: started
  argv:
    description: The command as words. Required for O(state=started).
    type: list
    elements: str
  expand_user:
    description: Words of O(argv) that begin with C(~/) are in the home folder of the user on the server.
    type: bool
    default: false
  chdir:
    description: Folder that it runs in. It is made if it is not there.
    type: path
    default: '~'
  environment:
    description: Variables of its environment, besides those of the user. They are not logged.
    type: dict
    default: {}
  time_limit:
    description: Seconds after which it is ended.
    type: int
    default: 7200
  note:
    description: Text that is kept with the job, and returned with its state.
    type: str
    default: ''
  again:
    description: Start it also if it has ended before under this name.
    type: bool
    default: false
  again_after:
    description: Exit codes after which it is started again, such as those of bad input.
    type: list
    elements: int
    default: []
  tries:
    description: Pattern of names of earlier tries of the same job. One of them that still runs is taken for the job.
    type: str
  alone:
    description: Fail where another job runs, because two measurements at once spoil each other.
    type: bool
    default: true
author:
  - The joulemark project (@joulemark)
attributes:
  check_mode:
    support: full
    description: Can run in check_mode and return changed status prediction without modifying target.
'''

EXAMPLES = r'''
- name: Measure, whatever becomes of this connection
  joulemark.fleet.job:
    name: driver-590
    argv: [joulemark, run, llama-3.1-8b-fp8-batch32, --endpoint, 'http://127.0.0.1:8000', --out, results]
    time_limit: 3600
'''

RETURN = r'''
job:
  description: What is known of the job, as M(joulemark.fleet.job_info) returns it.
  returned: always
  type: dict
'''

import os
import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.joulemark.fleet.plugins.module_utils.jobs import job_state, start_job, stays, stop_job


def main():
    module = AnsibleModule(
        argument_spec={
            'name': {'type': 'str', 'required': True},
            'folder': {'type': 'path', 'default': '~/.joulemark/jobs'},
            'state': {'type': 'str', 'choices': ['started', 'stopped'], 'default': 'started'},
            'argv': {'type': 'list', 'elements': 'str'},
            'expand_user': {'type': 'bool', 'default': False},
            'chdir': {'type': 'path', 'default': '~'},
            'environment': {'type': 'dict', 'default': {}, 'no_log': True},
            'time_limit': {'type': 'int', 'default': 7200},
            'note': {'type': 'str', 'default': ''},
            'again': {'type': 'bool', 'default': False},
            'again_after': {'type': 'list', 'elements': 'int', 'default': []},
            'tries': {'type': 'str'},
            'alone': {'type': 'bool', 'default': True},
        },
        required_if=[('state', 'started', ['argv'])],
        supports_check_mode=True,
    )
    given = module.params
    if not re.match(r'^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$', given['name']):
        module.fail_json(msg='name: %r is no plain name (letters, digits, dots, dashes)' % given['name'])
    folder = os.path.join(given['folder'], given['name'])
    again = True if given['again'] else given['again_after']
    if module.check_mode:
        known = job_state(folder)
        starts = not stays(known, again)
        module.exit_json(changed=starts if given['state'] == 'started' else known['state'] == 'running', job=known)
    try:
        if given['state'] == 'stopped':
            known, changed = stop_job(folder)
        else:
            chdir = given['chdir']
            if not os.path.isdir(chdir):
                os.makedirs(chdir)
            environment = dict((name, str(value)) for name, value in given['environment'].items())
            how = {'chdir': chdir, 'environment': environment, 'time_limit': given['time_limit'], 'note': given['note']}
            argv = given['argv']
            if given['expand_user']:
                argv = [os.path.expanduser(word) if word.startswith('~/') else word for word in argv]
            known, changed = start_job(folder, argv, how, again, given['tries'], given['alone'])
    except OSError as error:
        module.fail_json(msg='%s: not started: %s' % ((given['argv'] or ['the job'])[0], error))
    module.exit_json(changed=changed, job=known)


if __name__ == '__main__':
    main()
