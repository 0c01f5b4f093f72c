"""The long tier of locked arguments: ten thousand hostile ones against every kind of lock.

python -m tests.torture.arguments [--examples 10000]
"""

import argparse
import os
import sys
import tempfile

from hypothesis import given, settings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    examples = parser.parse_args().examples
    with tempfile.TemporaryDirectory(prefix="chatapp-torture-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "chatapp.settings", "CHATAPP_DATA_DIR": folder}
        import django

        django.setup()
        from tests.tools.hostile import hostile_cases
        from tests.tools.test_overrides import check_locks_hold

        given(hostile_cases())(
            settings(max_examples=examples, deadline=None, database=None)(check_locks_hold)
        )()
    sys.stdout.write(f"{examples} argument objects: what was locked stood.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
