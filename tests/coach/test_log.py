"""A log that cannot be written stops nobody."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys

from coach.log import LastingStream


class FullDisk(io.StringIO):
    """Takes nothing while it is full."""

    is_full = False

    def flush(self) -> None:
        if self.is_full:
            self.seek(0)
            self.truncate()
            raise OSError(errno.ENOSPC, "No space left on device")


def test_lines_are_dropped_while_the_disk_is_full_and_counted() -> None:
    """Whoever logs does not notice; the first line that can be written again says how many are missing."""
    disk = FullDisk()
    log = LastingStream(disk)
    disk.is_full = True
    for number in range(3):
        log.write(f"{number}\n")
    disk.is_full = False
    log.write("4\n")
    log.write("5\n")
    told, *rest = disk.getvalue().splitlines()
    assert json.loads(told) == {"dropped": 3, "event": "log_lines_dropped", "level": "warning"}
    assert rest == ["4", "5"]


def test_a_program_whose_log_is_full_goes_on() -> None:
    """The same with the real device that has never room left."""
    code = (
        "import coach.log as l, structlog; l.configure('info'); structlog.get_logger().info('x'); print('on')"
    )
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device, not a file
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.stdout == b"on\n"
