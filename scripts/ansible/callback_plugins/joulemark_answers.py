# Copyright (c) the joulemark project
# MIT License (see LICENSE of the repository, or https://opensource.org/licenses/MIT)

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
name: joulemark_answers
type: notification
short_description: What each host answered, one JSON document per line
description:
  - Writes the answers that joulemark fleet run reads to the file of JOULEMARK_ANSWERS. What a human reads stays as it is set.
requirements: []
'''

import json
import os

from ansible.plugins.callback import CallbackBase

# of everything that a task returns, only these are written: no arguments, no facts
KEPT = ('ping', 'job', 'archive')
PATTERNS = 'Show the hosts of each pattern'


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'notification'
    CALLBACK_NAME = 'joulemark_answers'
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self, *args, **kwargs):
        super(CallbackModule, self).__init__(*args, **kwargs)
        self.path = os.environ.get('JOULEMARK_ANSWERS')
        self.disabled = self.path is None

    def v2_runner_item_on_ok(self, result):
        values = result._result
        if result._task.get_name() == PATTERNS and isinstance(values.get('msg'), list):
            self.append({'pattern': values.get('item'), 'hosts': values['msg']})

    def write(self, status, result):
        values = result._result
        answer = dict((key, values[key]) for key in KEPT if key in values)
        if status == 'ok' and not answer:
            return
        answer.update(host=result._host.get_name(), task=result._task.get_name(), status=status)
        if status != 'ok':
            # a message of a task with no_log is censored here already
            detail = values.get('module_stderr') or values.get('stderr') or ''
            answer['message'] = ' '.join(str(part) for part in (values.get('msg'), detail) if part)
        self.append(answer)

    def append(self, answer):
        with open(self.path, 'a') as answers:
            answers.write(json.dumps(answer) + '\n')

    def v2_runner_on_ok(self, result):
        self.write('ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if not ignore_errors:
            self.write('failed', result)

    def v2_runner_on_unreachable(self, result):
        self.write('unreachable', result)
