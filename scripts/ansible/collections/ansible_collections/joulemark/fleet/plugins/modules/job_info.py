#!/usr/bin/python
# Copyright (c) the joulemark project
# MIT License (see LICENSE of the repository, or https://opensource.org/licenses/MIT)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: job_info
short_description: What became of a command that was started under a name
version_added: 1.0.0
description:
  - Reads what M(joulemark.fleet.job) started. Nothing is changed.
options:
  name:
    description: Name of the job.
    type: str
    required: true
  folder:
    description: Folder of the jobs.
    type: path
    default: ~/.joulemark/jobs
author:
  - The joulemark project (@joulemark)
attributes:
  check_mode:
    support: full
    description: Can run in check_mode and return changed status prediction without modifying target.
'''

EXAMPLES = r'''
- name: Wait for the end of the measurement
  joulemark.fleet.job_info:
    name: driver-590
  register: measured
  until: measured.job.state != 'running'
  delay: 30
  retries: 240
'''

RETURN = r'''
job:
  description: What is known of the job.
  returned: always
  type: dict
  contains:
    state:
      description:
        - V(absent), V(running), V(ended), or V(lost) for one that was killed, cancelled, out of time, or whose server was
          restarted.
      type: str
      returned: always
    exit_code:
      description: Exit code of one that has ended.
      type: int
      returned: ended
    cause:
      description: Why one was lost, V(time-limit), V(cancelled), V(signal), V(killed) or V(restart).
      type: str
      returned: lost
    reason:
      description: The same in words.
      type: str
      returned: lost
    note:
      description: What was kept with it.
      type: str
      returned: unless absent
    started_at:
      description: Start, in UTC.
      type: str
      returned: unless absent
    ended_at:
      description: End, in UTC.
      type: str
      returned: ended
    log:
      description: File on the server that holds all its output.
      type: str
      returned: unless absent
    tail:
      description: The end of that file.
      type: str
      returned: always
'''

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.joulemark.fleet.plugins.module_utils.jobs import job_state, tail_of


def main():
    module = AnsibleModule(
        argument_spec={
            'name': {'type': 'str', 'required': True},
            'folder': {'type': 'path', 'default': '~/.joulemark/jobs'},
        },
        supports_check_mode=True,
    )
    folder = os.path.join(module.params['folder'], os.path.basename(module.params['name']))
    module.exit_json(changed=False, job=dict(job_state(folder), tail=tail_of(folder)))


if __name__ == '__main__':
    main()
